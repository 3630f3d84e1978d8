kubectl delete pod cache

kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: cache}
spec: {containers: [{name: db, image: 'redis:7'}]}
YAML
