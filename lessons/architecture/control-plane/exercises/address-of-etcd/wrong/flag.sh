kubectl get pod etcd-controlplane -n kube-system -o yaml | grep -- --name= > etcd.txt
