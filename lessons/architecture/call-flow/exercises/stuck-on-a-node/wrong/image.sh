kubectl set image deployment/api web=nginx:latest
