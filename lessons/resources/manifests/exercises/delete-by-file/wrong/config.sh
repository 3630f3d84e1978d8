kubectl delete deployment old-web
