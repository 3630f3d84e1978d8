"""The kubelet as a program of its machine: reads its configuration, says what is wrong with it, and works until it is
told to end (cmd/kubelet/app/server.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.cluster.containers.programs.waiting import until_ended
from tutor.shell.process import IO, Context

if TYPE_CHECKING:
    from tutor.cluster.kubelet.fleet import Fleet
    from tutor.cluster.kubelet.kubelet import Kubelet


class KubeletProgram:
    """/usr/bin/kubelet of one machine."""

    def __init__(self, kubelet: Kubelet, fleet: Fleet) -> None:
        self._kubelet = kubelet
        self._fleet = fleet

    async def __call__(self, argv: list[str], io: IO, ctx: Context) -> int:
        kubelet = self._kubelet
        kubelet.start()
        self._fleet.resume(kubelet)
        try:
            await until_ended(ctx)
        finally:
            kubelet.stop()
        return 0
