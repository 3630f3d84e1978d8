kubectl delete pod waiting

kubectl apply -f waiting.yaml
