kubectl delete deployment --all

kubectl delete configmap old-config
