kubectl delete pod -l env=test

kubectl label pod web-1 team=blue
