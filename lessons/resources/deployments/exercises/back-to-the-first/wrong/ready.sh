kubectl rollout undo deployment shop --to-revision=1

kubectl scale deployment shop --replicas=1
