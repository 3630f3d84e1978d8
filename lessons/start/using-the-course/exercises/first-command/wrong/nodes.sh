kubectl get namespaces -o wide
