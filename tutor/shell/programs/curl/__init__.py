"""curl: its options, one transfer, and what is said about it."""
