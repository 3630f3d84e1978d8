sed -i 's/^spec:/spec:\n  nodeName: node02/; s/1.27/no-such-tag/' direct.yaml

kubectl apply -f direct.yaml
