cat > hello.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: hello
  labels:
    app: hello
spec:
  containers:
  - name: web
    image: nginx:1.27
YAML

kubectl apply -f hello.yaml
