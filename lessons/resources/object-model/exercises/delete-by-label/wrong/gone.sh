kubectl delete pod db-2

kubectl label pod -l app=web team=blue
