"""Scheduler plugins, one file each; `scheduler/catalog.py` lists them."""
