kubectl delete pod -l app=shop

kubectl scale deployment shop --replicas=1
