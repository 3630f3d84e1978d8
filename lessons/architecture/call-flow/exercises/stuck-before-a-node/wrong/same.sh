kubectl delete pod report

kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: report
spec:
  nodeName: node02
  containers:
  - name: nginx
    image: nginx:1.27
YAML
