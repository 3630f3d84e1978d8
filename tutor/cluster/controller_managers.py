"""The processes of kube-controller-manager, and what their flags say."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tutor.cluster.components import Elected, flags_of
from tutor.cluster.controllers.controller_manager import ControllerManager
from tutor.cluster.controllers.settings import PodRange
from tutor.shell.process import IO, Context


@dataclass(slots=True)
class ControllerManagerProcesses:
    """One of them works; what that does follows the flags of the process that started last."""

    manager: ControllerManager
    elected: Elected

    def start(self, ctx: Context, io: IO) -> None:
        flags = flags_of(ctx)
        pods = PodRange(flags.get('cluster-cidr', ''), int(flags.get('node-cidr-mask-size') or 24)) \
            if flags.get('allocate-node-cidrs') == 'true' and flags.get('cluster-cidr') else None
        self.manager.settings = replace(self.manager.settings, pods=pods)
        self.elected.start(ctx, io)

    def stop(self, ctx: Context) -> int:
        return self.elected.stop(ctx)
