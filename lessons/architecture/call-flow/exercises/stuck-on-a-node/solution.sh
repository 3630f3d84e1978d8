kubectl set image deployment/api web=nginx:1.27
