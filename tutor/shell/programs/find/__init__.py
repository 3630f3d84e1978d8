"""find: an expression of tests and actions, tried on every file below some folders."""
