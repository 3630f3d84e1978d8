sed -i 's/^spec:/spec:\n  nodeName: node01/' direct.yaml

kubectl apply -f direct.yaml
