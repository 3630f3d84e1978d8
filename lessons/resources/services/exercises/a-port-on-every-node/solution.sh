kubectl patch service shop -p '{"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30080}]}}'
