"""kubeadm: makes a machine a control plane, joins machines as nodes, and keeps what it made (cmd/kubeadm)."""
