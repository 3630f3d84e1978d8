kubectl delete configmap old-config
