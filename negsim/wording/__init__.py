"""How everything in a scenario says itself, and in which language."""
