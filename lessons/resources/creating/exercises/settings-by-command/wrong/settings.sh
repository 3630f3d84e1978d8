kubectl create namespace shop

kubectl create configmap settings --from-literal=COLOR=green -n shop

kubectl create secret generic login --from-file=password=password.txt -n shop
