kubectl run cache --image=redis:7 --labels=tier=cache,team=blue --port=6379
