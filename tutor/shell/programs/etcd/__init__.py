"""etcdctl and etcdutl: clients of etcd, and of its files."""
