kubectl label node node01 node-role.kubernetes.io/worker=
