kubectl create deployment web --image=nginx:1.27 --replicas=3 -o yaml > web.yaml
