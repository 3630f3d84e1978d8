kubectl create configmap setting --from-literal=COLOR=green --from-literal=LEVEL=info

kubectl set env deployment/app --from=configmap/setting
