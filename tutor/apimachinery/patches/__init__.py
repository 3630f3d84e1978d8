"""Patches of the four kinds that the API knows: JSON patch, merge patch, strategic merge patch, apply."""
