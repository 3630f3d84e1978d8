"""What the kernel of a machine says while it boots, and when it kills for want of memory: a part of the journal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.cluster.machine.kernel_files import COMMAND_LINE, VERSION
from tutor.shell.programs.ps import name_of
from tutor.shell.systemd.journal import KERNEL, Entry

if TYPE_CHECKING:
    from tutor.cluster.containers.container import Container
    from tutor.cluster.containers.runtime import Sandbox
    from tutor.cluster.machine.machine import Machine
    from tutor.shell.process import Process

WARNING, ERROR = 4, 3
BOOT = (
    (0.0, VERSION.rstrip()), (0.0, f'Command line: {COMMAND_LINE.rstrip()}'), (0.0, 'KERNEL supported cpus:'),
    (0.0, '  Intel GenuineIntel'), (0.0, '  AMD AuthenticAMD'), (0.004, 'DMI: QEMU Standard PC (Q35 + ICH9, 2009)'),
    (0.004, 'Hypervisor detected: KVM'), (0.118, 'Booting paravirtualized kernel on KVM'),
    (0.342, 'Memory: {free}K/{total}K available'), (0.512, 'smp: Brought up 1 node, {processors} CPUs'),
    (1.204, 'virtio_blk virtio1: [vda] 125829120 512-byte logical blocks (64.4 GB/60.0 GiB)'),
    (1.411, 'EXT4-fs (vda1): mounted filesystem with ordered data mode. Quota mode: none.'),
    (1.893, 'systemd[1]: Detected virtualization kvm.'), (1.894, 'systemd[1]: Detected architecture x86-64.'),
    (3.127, 'EXT4-fs (vda1): re-mounted r/w.'))


class KernelLog:
    """The ring buffer of one machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        machine.journal.at_boot = self._boot

    def _boot(self) -> Iterator[Entry]:
        """What was found when the machine was switched on last."""
        machine = self._machine
        total = machine.usage('memory')[0] // 1024
        for after, text in BOOT:
            said = text.format(total=total, free=total * 97 // 100, processors=machine.processors)
            yield Entry(machine.booted_at + after, '', KERNEL, 0, said)

    def killed(self, container: Container, sandbox: Sandbox, process: Process, size: int, system: bool = False) -> None:
        """A process that wanted `size` bytes was killed: its container had no more (mem_cgroup_out_of_memory), or the
        machine had none left (`system`)."""
        name, score, uid = name_of(process), container.config.oom_score, process.context.uid
        pid, limit = self._machine.number_of(process) or process.pid, container.config.memory_limit // 1024
        held = size // 1024 if system or not limit else min(size // 1024, limit)
        group = f'{sandbox.cgroup}/cri-containerd-{container.id}.scope'
        scope = 'global_oom' if system else f'oom_memcg={group}'
        self._say(f'{name} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj={score}')
        if not system:
            self._say(f'memory: usage {limit}kB, limit {limit}kB, failcnt 1')
        self._say(f'oom-kill:constraint={"CONSTRAINT_NONE" if system else "CONSTRAINT_MEMCG"},nodemask=(null),'
                  f'cpuset={group.rpartition("/")[2]},mems_allowed=0,{scope},task_memcg={group},task={name},pid={pid},'
                  f'uid={uid}')
        self._say(f'{"Out of memory" if system else "Memory cgroup out of memory"}: Killed process {pid} ({name}) '
                  f'total-vm:{size // 1024 + 1164}kB, anon-rss:{held}kB, file-rss:0kB, shmem-rss:0kB, '
                  f'UID:{uid} pgtables:{size // 2**19 + 44}kB oom_score_adj:{score}', ERROR)

    def _say(self, text: str, priority: int = WARNING) -> None:
        self._machine.journal.write('', KERNEL, 0, text, priority)
