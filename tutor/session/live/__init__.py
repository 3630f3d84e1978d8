"""The learner's shell on a real cluster (`tutor play --context`): the one mode in which the network is touched."""
