"""What the daemons of a machine take: memory, threads, and time of a processor."""

from __future__ import annotations

MEMORY = {'kubelet': 36.4, 'containerd': 48.2, 'dockerd': 71.6, 'sshd': 2.1, 'init': 12.4,
          'containerd-shim': 12.9, 'pause': 0.7}
"""Mebibytes, by the name of the process."""
THREADS = {'kubelet': 12, 'containerd': 10, 'dockerd': 9}
BUSY = ('kubelet', 'containerd', 'dockerd')
RATE = 0.02
"""The share of a processor that a busy one takes."""


def processor_seconds(seconds: float) -> float:
    """What a busy daemon has used after so many seconds."""
    return 0.08 + seconds * RATE
