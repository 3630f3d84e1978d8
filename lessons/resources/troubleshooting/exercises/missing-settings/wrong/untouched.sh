kubectl create configmap mail-settings --from-literal=SERVER=smtp.example.com

kubectl set env deployment/mail EXTRA=1
