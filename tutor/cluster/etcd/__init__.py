"""etcd: the process in its pod, and what its clients see of the store."""
