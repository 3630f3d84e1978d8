kubectl delete pod waiting

sed -i /schedulerName/d waiting.yaml

kubectl apply -f waiting.yaml
