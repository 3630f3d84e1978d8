"""The machines of a cluster's nodes: their disk, their users, their units, and what they let in by ssh."""
