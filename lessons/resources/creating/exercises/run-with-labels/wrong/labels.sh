kubectl run cache --image=redis:7 --labels=tier=cache --port=6379
