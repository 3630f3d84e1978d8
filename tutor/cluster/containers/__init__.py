"""The container runtime of a node: images and their registry, containers, their processes, files and logs.

It knows nothing of Pods: the kubelet speaks to it as to a CRI. What runs in a container is a simulated program
(`tutor.shell.process.Main`) over a file system that is copy-on-write over the image's.
"""
