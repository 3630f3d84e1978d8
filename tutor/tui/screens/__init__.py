"""One module per screen. What several screens share is in `workbench` (shell and cluster) and `dialog`."""
