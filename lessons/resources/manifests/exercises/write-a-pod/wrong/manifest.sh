kubectl run hello --image=nginx:1.27 --labels=app=hello --dry-run=client -o yaml | sed 's/name: hello$/name: web/2' > other.yaml

kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: hello, labels: {app: hello}}
spec: {containers: [{name: web, image: 'nginx:1.27'}]}
YAML
