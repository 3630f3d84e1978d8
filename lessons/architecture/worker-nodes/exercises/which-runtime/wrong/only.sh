kubectl get nodes -o wide > runtime.txt
