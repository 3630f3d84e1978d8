kubectl cordon node01 node02

kubectl delete pods -l app=mail

kubectl create configmap mail-settings --from-literal=SERVER=smtp.example.com
