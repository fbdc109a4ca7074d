"""What another assumption would change: variants side by side."""
