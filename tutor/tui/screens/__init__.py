"""One module per screen. What several screens share is in `shell_screen` (shell and cluster) and `dialog`."""
