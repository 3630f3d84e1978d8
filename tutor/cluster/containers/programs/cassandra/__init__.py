"""Cassandra: nodes that find each other by their seeds, and nodetool."""
