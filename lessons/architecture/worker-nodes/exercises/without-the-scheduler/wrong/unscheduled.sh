sed -i 's/^spec:/spec:\n  nodeSelector: {kubernetes.io\/hostname: node02}/' direct.yaml

kubectl apply -f direct.yaml
