"""What is wrong with a scenario (`lint`), and whether the engines agree on it (`verify`)."""
