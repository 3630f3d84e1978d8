"""What a kubelet makes of its runtime's absence: pods are no longer synced, and the node is soon not ready
(kubelet.go: updateRuntimeUp, runtime.go: runtimeErrors)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet

THRESHOLD = 30.0
"""baseRuntimeSyncThreshold."""
LOOK_EVERY = 5.0
DOWN = 'container runtime is down'


class RuntimeWatch:
    """Looks whether the runtime answers, and tells."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self._since = 0.0
        self._lost = False

    def changed(self) -> None:
        """The runtime has come or gone: it takes the kubelet a moment to see it."""
        kubelet = self._kubelet
        self._since = kubelet.simulation.now
        if kubelet.runtime.available:
            if self._lost:
                kubelet.simulation.call_later(LOOK_EVERY / 2, self._back)
        else:
            self._lost = True
            kubelet.simulation.call_later(LOOK_EVERY / 2, self._look)

    def _look(self) -> None:
        """updateRuntimeUp, while there is no answer."""
        kubelet = self._kubelet
        if kubelet.runtime.available or not kubelet.running:
            return
        socket = '/run/containerd/containerd.sock'
        kubelet.log.error('kubelet.go:2996', 'Container runtime sanity check failed',
                          'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while '
                          f'dialing: dial unix {socket}: connect: no such file or directory"')
        if kubelet.simulation.now - self._since >= THRESHOLD and not kubelet.reporter.problems['runtime']:
            kubelet.log.error('kubelet.go:2475', 'Skipping pod synchronization', DOWN)
            kubelet.reporter.tell('runtime', DOWN)
        kubelet.simulation.call_later(LOOK_EVERY, self._look)

    def _back(self) -> None:
        kubelet = self._kubelet
        if not kubelet.runtime.available:
            return
        self._lost = False
        kubelet.reporter.tell('runtime', '')
        for worker in list(kubelet.workers.values()):
            worker.wake()
