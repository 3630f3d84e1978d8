cat >> site.yaml <<'YAML'
    volumeMounts:
    - name: html
      mountPath: /usr/share/nginx
  volumes:
  - name: html
    configMap: {name: page}
YAML

kubectl apply -f site.yaml
