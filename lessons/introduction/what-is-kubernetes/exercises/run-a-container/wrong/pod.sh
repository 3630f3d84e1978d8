kubectl create deployment cache --image=redis:7
