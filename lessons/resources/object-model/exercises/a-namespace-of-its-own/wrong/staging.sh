kubectl create namespace staging

kubectl run web --image=nginx:1.27 -n staging
