"""less and more: a text a screen at a time."""
