"""Lays the text of a lesson out in lines of cells: blocks, and both languages level with each other."""
