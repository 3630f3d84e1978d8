kubectl set image deployment/api nginx=nginx:1.28

kubectl patch service api -p '{"spec":{"ports":[{"port":80,"targetPort":80}]}}'
