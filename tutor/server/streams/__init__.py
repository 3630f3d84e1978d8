"""exec, attach and port-forward: one HTTP connection that, after its upgrade, carries several streams.

`upgrades` settles with the client what is spoken, `carriers` move bytes or messages, `channels` and `multiplexed` are
the two ways to carry streams on them, `execution` and `forwarding` join those streams to the simulated container.
"""
