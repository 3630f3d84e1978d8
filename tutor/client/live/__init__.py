"""The Transport to a real cluster: HTTPS by a kubeconfig. It is used only where a real cluster is asked for by name.

The simulation that the shell runs in has no threads; what comes from the network is read by threads of this room and
handed over in `inbox`.
"""
