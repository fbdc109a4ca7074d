"""What a scenario is made of: frozen data that checks itself. Knows no engine and no file."""
