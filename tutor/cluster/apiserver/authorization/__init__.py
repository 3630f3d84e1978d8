"""Who may do what: the authorization modes of an API server, one file each, and how they decide together."""
