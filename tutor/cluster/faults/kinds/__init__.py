"""The kinds of faults: each module has a KIND, which says what it is, and what causes it."""
