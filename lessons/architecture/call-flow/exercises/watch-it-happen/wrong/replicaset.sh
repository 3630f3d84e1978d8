kubectl create deployment flow --image=nginx:1.27 --replicas=2

kubectl get pods
