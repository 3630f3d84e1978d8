"""What a kubelet makes of a node without a network for pods: it is not ready, and pods of their own network wait
(kubelet.go: updateRuntimeUp, syncPod; runtime.go: networkErrors)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.cluster.containers import cni

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet

LOOK_EVERY = 5.0
CONDITION = f'NetworkReady=false reason:NetworkPluginNotReady message:{cni.PROBLEM}'


class NetworkWatch:
    """Looks whether the runtime has loaded a network."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self._watched = self._looking = False
        self.problem = ''

    def start(self) -> None:
        """The kubelet has started: look now, and whenever the configuration changes."""
        kubelet = self._kubelet
        if kubelet.idle:
            return
        if not self._watched:
            self._watched = True
            kubelet.machine.files.watch(cni.CONFIGURATIONS, self._changed)
        self.problem = '' if cni.plugins(kubelet.machine.files) else self._complain()
        kubelet.reporter.problems['network'] = self.problem

    def _changed(self) -> None:
        if not self._looking:
            self._looking = True
            self._kubelet.simulation.call_later(LOOK_EVERY / 2, self._look)

    def _look(self) -> None:
        self._looking = False
        kubelet = self._kubelet
        if not kubelet.running:
            return
        if not kubelet.runtime.available:
            self._changed()
            return
        self.problem = '' if cni.plugins(kubelet.machine.files) else self._complain()
        kubelet.reporter.tell('network', self.problem)

    def _complain(self) -> str:
        """Say it to the log, every five seconds."""
        self._kubelet.log.error('kubelet.go:3008', 'Container runtime network not ready', networkReady=CONDITION)
        self._looking = True
        self._kubelet.simulation.call_later(LOOK_EVERY, self._look)
        return f'container runtime network not ready: {CONDITION}'
