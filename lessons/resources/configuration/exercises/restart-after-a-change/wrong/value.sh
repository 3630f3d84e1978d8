kubectl patch configmap mood -p '{"data":{"MOOD":"happy"}}'
