"""How objects become text: tables, YAML and JSON, names, templates and columns (cli-runtime's printers)."""
