"""Raft, as etcd runs it with several members: who leads, what is committed, and what a lost member costs.

`node.py` is one member, `group.py` all of one cluster with the network between them, `log.py` a member's log.
"""
