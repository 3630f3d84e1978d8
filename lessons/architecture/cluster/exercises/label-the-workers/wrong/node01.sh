kubectl label node node02 node-role.kubernetes.io/worker=
