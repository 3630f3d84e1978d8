"""Whether the cluster and the shell are as an exercise asks: checks, watching them, grading submissions."""
