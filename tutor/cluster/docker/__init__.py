"""The Docker engine of a machine: its images, its builder, its containers."""
