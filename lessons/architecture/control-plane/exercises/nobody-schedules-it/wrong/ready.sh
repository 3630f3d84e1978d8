kubectl delete pod waiting

kubectl run waiting --image=nginx:no-such-tag
