"""crictl: a client of the container runtime on its machine (kubernetes-sigs/cri-tools)."""
