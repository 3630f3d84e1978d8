kubectl patch service api -p '{"spec":{"ports":[{"port":80,"targetPort":80}]}}'
