"""Rare events: clocks that must fire in time are drawn so that they do, and each history carries what that weighs."""
