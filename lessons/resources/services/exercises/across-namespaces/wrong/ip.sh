kubectl exec client -- wget -qO- http://stock.store > page.txt

kubectl get service kubernetes -o jsonpath='{.spec.clusterIP}' > ip.txt
