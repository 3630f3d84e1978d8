kubectl run cache --image=nginx:1.27
