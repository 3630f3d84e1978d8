kubectl cordon node01 node02

kubectl scale deployment shop --replicas=5
