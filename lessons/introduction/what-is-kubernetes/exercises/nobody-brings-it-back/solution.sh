kubectl delete pod lonely

kubectl get pods
