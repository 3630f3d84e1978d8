cat >> site.yaml <<'YAML'
    volumeMounts:
    - name: html
      mountPath: /usr/share/nginx/html
  volumes:
  - name: html
    emptyDir: {}
YAML

kubectl apply -f site.yaml
