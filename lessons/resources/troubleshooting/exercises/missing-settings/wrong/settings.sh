kubectl create configmap mail-settings --from-literal=SMTP=smtp.example.com
