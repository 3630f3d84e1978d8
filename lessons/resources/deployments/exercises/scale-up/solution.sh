kubectl scale deployment shop --replicas=5
