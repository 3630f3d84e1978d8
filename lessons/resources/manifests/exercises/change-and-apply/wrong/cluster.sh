sed -i 's/replicas: 2/replicas: 4/' shop.yaml

kubectl apply -f shop.yaml --dry-run=server
