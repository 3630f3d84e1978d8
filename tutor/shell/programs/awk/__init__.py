"""awk: a program is read into a tree, which runs over the records of the input."""
