"""One learner's cluster, shell, course and grader, without a screen: tests, commands and screens all use it."""
