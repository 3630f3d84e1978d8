kubectl get pods -n kube-system -l tier=control-plane -o name > control-plane.txt
