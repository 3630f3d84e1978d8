kubectl delete pod -l app=db

kubectl delete pod web-3

kubectl label pod -l app=web team=blue
