"""What a kubelet does when its machine runs out of memory or disk (pkg/kubelet/eviction, pkg/kubelet/images, and the
kernel's OOM killer). `manager.py` begins."""
