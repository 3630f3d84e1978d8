kubectl get pod kube-apiserver-controlplane -n kube-system -o yaml > etcd.txt
