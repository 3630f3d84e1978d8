"""Editing objects as text: `edit`, `create --edit` and `apply edit-last-applied` (cmd/util/editor)."""
