kubectl set image deployment/shop nginx=nginx:1.82

kubectl annotate deployment shop kubernetes.io/change-cause='nginx 1.28'
