kubectl exec client -- wget -qO- http://stock.store

kubectl get service stock -n store -o jsonpath='{.spec.clusterIP}' > ip.txt
