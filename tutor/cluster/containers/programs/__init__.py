"""The servers that run in containers: what nginx, redis and the others really do."""
