kubectl set image deployment/shop nginx=nginx:no-such-tag

kubectl scale deployment shop --replicas=5
