"""What a kernel shows of itself in /proc: its parameters and modules. A machine's stand in files that programs change;
a container sees those of its pod."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.shell.vfs import FileSystem

PARAMETERS = '/proc/sys'
MODULES = '/proc/modules'
_DEFAULTS = """
fs.file-max=9223372036854775807 fs.inotify.max_user_instances=128 fs.inotify.max_user_watches=29848
kernel.kptr_restrict=1 kernel.msgmax=8192 kernel.ostype=Linux kernel.panic=10 kernel.panic_on_oops=1
kernel.pid_max=4194304 kernel.shm_rmid_forced=0 kernel.shmmax=18446744073692774399 kernel.threads-max=30826
kernel.yama.ptrace_scope=1 net.core.somaxconn=4096 net.ipv4.conf.all.forwarding=1 net.ipv4.ip_forward=1
net.ipv4.ip_local_port_range=32768,60999 net.ipv4.ip_nonlocal_bind=0 net.ipv4.ip_unprivileged_port_start=1024
net.ipv4.ping_group_range=0,2147483647 net.ipv4.tcp_fin_timeout=60 net.ipv4.tcp_keepalive_intvl=75
net.ipv4.tcp_keepalive_probes=9 net.ipv4.tcp_keepalive_time=7200 net.ipv4.tcp_rmem=4096,131072,6291456
net.ipv4.tcp_syncookies=1 net.ipv4.tcp_tw_reuse=2 net.ipv4.tcp_wmem=4096,16384,4194304 net.ipv6.conf.all.forwarding=0
net.netfilter.nf_conntrack_max=131072 vm.dirty_ratio=20 vm.max_map_count=1048576 vm.mmap_min_addr=65536
vm.overcommit_memory=1 vm.panic_on_oom=0 vm.swappiness=60
"""
DEFAULTS: Mapping[str, str] = {name: value.replace(',', '\t') for name, _, value in (
    word.partition('=') for word in _DEFAULTS.split())}
"""Of a node: what kubelet and kube-proxy have set stands already as they want it."""
BRIDGE: Mapping[str, str] = {f'net.bridge.bridge-nf-call-{name}': '1'
                             for name in ('arptables', 'ip6tables', 'iptables')}
"""Parameters that come with the module br_netfilter."""
UNSET: Mapping[str, str] = {'net.ipv4.ip_unprivileged_port_start': '0'}
"""What container runtimes set otherwise (enable_unprivileged_ports)."""
SIZES: Mapping[str, tuple[int, str]] = {
    'br_netfilter': (32768, ''), 'bridge': (421888, 'br_netfilter'), 'stp': (12288, 'bridge'),
    'llc': (16384, 'bridge,stp'), 'overlay': (212992, ''), 'nf_conntrack': (200704, 'xt_conntrack,nf_nat'),
    'nf_nat': (61440, 'xt_MASQUERADE'), 'veth': (45056, ''), 'ip_tables': (32768, ''), 'x_tables': (65536, 'ip_tables'),
    'ip_vs': (221184, ''), 'ip_vs_rr': (12288, ''), 'ip_vs_wrr': (12288, ''), 'ip_vs_sh': (12288, ''),
    'nbd': (65536, ''), 'dummy': (12288, ''), 'vxlan': (155648, ''), 'wireguard': (114688, ''), 'nfs': (569344, ''),
    'ipip': (16384, ''), 'xt_conntrack': (12288, ''), 'xt_MASQUERADE': (16384, ''), 'nf_tables': (372736, '')}
"""The modules that the kernel's package has, with their sizes and who uses them."""
FILES: Mapping[str, str] = {
    '/etc/sysctl.conf': '#\n# /etc/sysctl.conf - Configuration file for setting system variables\n'
                        '# See /etc/sysctl.d/ for additional system variables.\n#\n',
    '/etc/sysctl.d/10-kernel-hardening.conf': '# Hide addresses of the kernel from users.\nkernel.kptr_restrict = 1\n',
    '/etc/sysctl.d/10-ptrace.conf': 'kernel.yama.ptrace_scope = 1\n',
    '/etc/sysctl.d/10-zeropage.conf': 'vm.mmap_min_addr = 65536\n',
    '/etc/sysctl.d/k8s.conf': 'net.ipv4.ip_forward = 1\n', '/etc/modules-load.d/k8s.conf': 'overlay\nbr_netfilter\n'}
"""What is set and loaded when a machine is switched on."""
LOADED = ('xt_MASQUERADE', 'xt_conntrack', 'veth', 'br_netfilter', 'bridge', 'stp', 'llc', 'overlay', 'nf_nat',
          'nf_conntrack', 'ip_tables', 'x_tables')


def furnish(files: FileSystem) -> None:
    """A machine on which containers run."""
    for name, value in {**DEFAULTS, **BRIDGE}.items():
        files.put(place(name), value + '\n')
    for path, text in FILES.items():
        files.put(path, text)
    files.put(MODULES, ''.join(_module(name) for name in LOADED), 0o444)
    files.put('/proc/swaps', 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n', 0o444)
    files.put('/proc/filesystems', 'nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tcgroup2\n\text4\nnodev\toverlay\n')


def of_container(own: Mapping[str, str]) -> Mapping[str, str]:
    """The parameters that a container sees: the node's, and its pod's own ones."""
    return {**DEFAULTS, **UNSET, **own}


def place(name: str) -> str:
    """'net.ipv4.ip_forward' and 'net/ipv4/ip_forward' lie at the same place."""
    return f'{PARAMETERS}/{name if "/" in name.partition(".")[0] else name.replace(".", "/")}'


def loaded(files: FileSystem) -> list[str]:
    """The names of the modules, the last loaded first."""
    text = files.read_text(MODULES) if files.is_file(MODULES) else ''
    return [line.split()[0] for line in text.splitlines() if line]


def load(files: FileSystem, name: str) -> None:
    if name not in loaded(files):
        files.put(MODULES, _module(name) + files.read_text(MODULES), 0o444)
        for parameter, value in BRIDGE.items() if name == 'br_netfilter' else ():
            files.put(place(parameter), value + '\n')


def unload(files: FileSystem, name: str) -> None:
    files.put(MODULES, ''.join(_module(other) for other in loaded(files) if other != name), 0o444)
    if name == 'br_netfilter':
        for parameter in BRIDGE:
            files.remove(place(parameter))


def users(files: FileSystem, name: str) -> list[str]:
    """Which loaded modules use one."""
    known = loaded(files)
    return [user for user in SIZES[name][1].split(',') if user in known]


def _module(name: str) -> str:
    return f'{name} {SIZES[name][0]} 0 - Live 0x0000000000000000\n'
