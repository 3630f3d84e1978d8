"""systemd on a machine: unit files, the services they run, and the journal of what those say."""
