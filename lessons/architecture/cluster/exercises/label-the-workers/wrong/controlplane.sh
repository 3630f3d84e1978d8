kubectl label node --all node-role.kubernetes.io/worker=
