kubectl create deployment flow --image=nginx:1.27 --replicas=3

kubectl get replicaset
