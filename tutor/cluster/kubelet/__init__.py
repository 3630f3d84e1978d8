"""The kubelets: each runs the pods of one node on its container runtime and tells the API server how they are."""
