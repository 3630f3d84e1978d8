kubectl get nodes -o name
