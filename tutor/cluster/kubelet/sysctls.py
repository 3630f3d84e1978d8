"""Which kernel parameters a pod may set: those that are its own and harm nobody else (kubelet/sysctl)."""

from __future__ import annotations

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object

SAFE = {'kernel.shm_rmid_forced': 'IPC',
        **{f'net.ipv4.{name}': 'Net' for name in (
            'ip_local_port_range', 'tcp_syncookies', 'ping_group_range', 'ip_unprivileged_port_start',
            'ip_local_reserved_ports', 'tcp_keepalive_time', 'tcp_fin_timeout', 'tcp_keepalive_intvl',
            'tcp_keepalive_probes', 'tcp_rmem', 'tcp_wmem')}}
"""SafeSysctlAllowlist on a recent kernel, and the namespace that each belongs to."""
SHARING = {'IPC': 'hostIPC', 'Net': 'hostNetwork'}


def forbidden(pod: Object) -> str | None:
    """patternAllowlist.Admit: the first one that the node does not allow, as the message of its refusal."""
    spec = pod['spec']
    for each in (spec.get('securityContext') or {}).get('sysctls') or ():
        name = normalized(each['name'])
        namespace = SAFE.get(name)
        if namespace is None:
            return f'forbidden sysctl: {go_quote(name)} not allowlisted'
        if spec.get(SHARING[namespace]):
            return f'forbidden sysctl: {go_quote(name)} not allowed with host {namespace} enabled'
    return None


def normalized(name: str) -> str:
    """NormalizeName: `a/b.c` is `a.b/c`, unless a dot comes first."""
    first = next((char for char in name if char in './'), '.')
    return name if first == '.' else name.translate({ord('.'): '/', ord('/'): '.'})
