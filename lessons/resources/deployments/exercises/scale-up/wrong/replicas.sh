kubectl scale deployment shop --replicas=4
