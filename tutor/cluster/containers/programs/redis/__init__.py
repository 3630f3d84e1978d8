"""Redis: redis-server, its replication, and redis-cli."""
