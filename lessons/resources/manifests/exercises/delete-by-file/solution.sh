kubectl delete -f old.yaml
