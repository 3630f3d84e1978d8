kubectl create configmap settings --from-literal=COLOR=green --from-literal=LEVEL=info

kubectl set env deployment/app COLOR=green LEVEL=info
