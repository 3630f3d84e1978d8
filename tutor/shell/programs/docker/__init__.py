"""docker: the command-line client of a machine's Docker engine (docker/cli)."""
