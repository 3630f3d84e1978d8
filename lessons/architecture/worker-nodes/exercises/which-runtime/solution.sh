kubectl get node node02 -o jsonpath='{.status.nodeInfo.containerRuntimeVersion}' > runtime.txt
