kubectl delete pod lonely
