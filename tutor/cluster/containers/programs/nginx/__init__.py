"""nginx: its entry point, its configuration, its life, and what it answers."""
