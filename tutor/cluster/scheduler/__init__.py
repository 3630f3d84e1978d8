"""kube-scheduler: which node each pod goes to.

A queue of pods that wait, a cache of nodes with what is on them, and plugins (one file each, listed in `catalog.py`)
that filter and score nodes. A cycle decides for one pod; the decision is written through the pod's `binding`.
"""
