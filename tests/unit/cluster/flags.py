"""A cluster whose control plane's programs get other flags, by an edit of their manifests."""

from __future__ import annotations

from tutor.cluster.config import ClusterConfig
from tutor.session.workbench import Workbench


class Flagged(Workbench):
    """`program` is the control plane's program that `flags` changes."""

    def __init__(self, program: str) -> None:
        super().__init__(ClusterConfig(addons=('control-plane',)))
        self.program = program

    def out(self, command: str) -> str:
        ran = self.run(command)
        assert self.simulation.failures == []
        return ran.stdout + ran.stderr

    def flags(self, *flags: str, without: str = '') -> None:
        """Have the program started anew with these flags, and without another one."""
        names = [name for name in (without, *(flag.partition('=')[0] for flag in flags)) if name]
        dropped = ' '.join(f"-e '/--{name}=/d'" for name in names)
        more = ''.join(f'\\n    - --{flag}' for flag in flags)
        manifest = f'/etc/kubernetes/manifests/{self.program}.yaml'
        self.run(f"sudo sed -i {dropped} -e 's|^    - {self.program}$|&{more}|' {manifest}")
        self.simulation.advance(60)
