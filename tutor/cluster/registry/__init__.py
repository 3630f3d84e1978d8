"""What is particular to each resource: defaults, validation, strategy, table columns; and the generic store for all.

A kind is one Strategy, found through one line in `catalog.py`.
"""
