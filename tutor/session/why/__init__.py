"""Why a command failed: what went wrong in the learner's languages, its likeliest cause, and what to type next.

The program's own output stays as it is; this is the teacher beside it. `catalog.py` lists the rules.
"""
