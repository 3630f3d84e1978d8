kubectl get pods -l tier=control-plane -o name > control-plane.txt
