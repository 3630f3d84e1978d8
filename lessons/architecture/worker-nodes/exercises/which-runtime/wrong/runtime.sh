kubectl get node node02 -o jsonpath='{.status.nodeInfo.kubeletVersion}' > runtime.txt
