kubectl get nodes -o name > nodes.txt
