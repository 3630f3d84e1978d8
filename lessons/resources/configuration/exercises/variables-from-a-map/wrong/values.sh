kubectl create configmap settings --from-literal=COLOR=green --from-literal=LEVEL=info
