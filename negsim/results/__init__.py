"""What comes back: histories as arrays or counts, and the answers that are read from them."""
