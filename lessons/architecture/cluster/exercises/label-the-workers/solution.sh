kubectl label node node01 node02 node-role.kubernetes.io/worker=
