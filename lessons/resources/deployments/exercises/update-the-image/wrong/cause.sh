kubectl set image deployment/shop nginx=nginx:1.28
