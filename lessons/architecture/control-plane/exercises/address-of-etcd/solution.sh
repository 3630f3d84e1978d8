kubectl get pod kube-apiserver-controlplane -n kube-system -o yaml | grep -- --etcd-servers= > etcd.txt
