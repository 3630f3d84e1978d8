"""Services and their addresses and ports."""
