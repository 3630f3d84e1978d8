kubectl run hello --image=nginx:1.27 --labels=app=hello --dry-run=client -o yaml > hello.yaml

kubectl apply -f hello.yaml
