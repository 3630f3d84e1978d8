kubectl label pod -l app=shop,pod-template-hash tier=frontend --overwrite

kubectl scale deployment shop --replicas=3

kubectl label pod client tier=frontend app=client
