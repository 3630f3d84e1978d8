kubectl exec client -- wget -qO- http://stock.store > page.txt

kubectl get service stock -n store -o jsonpath='{.spec.clusterIP}' > ip.txt
