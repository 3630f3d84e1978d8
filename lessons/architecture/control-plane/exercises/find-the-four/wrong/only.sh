kubectl get pods -n kube-system -o name > control-plane.txt
