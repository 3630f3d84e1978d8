kubectl delete pod -l env=test

kubectl label pod -l app=web team=blue
