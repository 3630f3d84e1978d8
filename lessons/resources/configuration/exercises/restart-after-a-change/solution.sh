kubectl patch configmap mood -p '{"data":{"MOOD":"happy"}}'

kubectl rollout restart deployment app
