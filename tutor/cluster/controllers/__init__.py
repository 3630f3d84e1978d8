"""The controllers of kube-controller-manager: each brings one kind of object to the state its spec asks for.

One module per controller (its larger parts beside it), found through one line in `catalog.py`. A controller reads
informers, writes through its client, and is level-triggered: a second reconcile writes nothing.
"""
