"""News and the passage of time: histories conditioned on what was observed."""
