kubectl run cache --image=redis:7
