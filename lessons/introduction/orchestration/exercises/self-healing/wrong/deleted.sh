kubectl delete deployment shop
