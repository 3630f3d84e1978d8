kubectl get pods --field-selector spec.nodeName=node01 -o name > on-node01.txt
