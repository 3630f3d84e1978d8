"""The phases of kubeadm init, one module for each; `tutor/kubeadm/init.py` has them in order."""
