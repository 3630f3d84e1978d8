kubectl create configmap settings --from-literal=COLOR=green --from-literal=LEVEL=info

kubectl set env deployment/app --from=configmap/settings
