kubectl get pods -n kube-system -o name > on-node01.txt
