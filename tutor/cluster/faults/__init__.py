"""Faults on demand: what can break in a cluster, and how it is mended again. One kind of fault is one file in `kinds`,
and one line in `catalog.py`. A fault only takes away a cause (power, a wire, a file, a process); what follows from that
is what the cluster itself makes of it."""
