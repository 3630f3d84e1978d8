sed -i 's/^spec:/spec:\n  nodeName: node02/' direct.yaml

kubectl apply -f direct.yaml
