kubectl create configmap mail-settings --from-literal=SERVER=smtp.example.com
