kubectl create namespace stage

kubectl run web --image=nginx:1.28 -n stage
