kubectl get pods -n kube-system -l k8s-app=kube-proxy -o wide
