kubectl patch deployment shop -p '{"spec":{"strategy":{"rollingUpdate":{"maxUnavailable":2,"maxSurge":2}}}}'

kubectl set image deployment/shop nginx=nginx:1.28
