kubectl delete $(kubectl get pods -l app=shop -o name | head -n 1)
