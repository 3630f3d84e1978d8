kubectl get nodes > nodes.txt
