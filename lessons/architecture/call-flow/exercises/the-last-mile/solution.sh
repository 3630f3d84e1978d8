kubectl delete service shop

kubectl expose deployment shop --port=80
