kubectl set image deployment/api web=nginx:1.27

kubectl scale deployment api --replicas=1
