kubectl create namespace staging

kubectl run web --image=nginx:1.28 -n staging

kubectl set image pod/web web=nginx:1.28
