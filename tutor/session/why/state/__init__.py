"""What ails the objects that a command was about, when the command itself went well."""
