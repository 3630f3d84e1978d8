"""The learner's shell: parser, interpreter, virtual file system, streams and the programs that people type.

The same interpreter runs `sh -c` inside containers. Nothing here knows Kubernetes.
"""
