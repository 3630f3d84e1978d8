kubectl delete pod -l env=test

kubectl label pod --all team=blue
