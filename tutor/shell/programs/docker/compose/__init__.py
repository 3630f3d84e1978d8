"""docker compose: several containers as one file describes them (the Compose specification)."""
