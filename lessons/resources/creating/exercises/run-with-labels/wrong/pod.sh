kubectl run cache --image=nginx:1.27 --labels=tier=cache,team=blue --port=6379
