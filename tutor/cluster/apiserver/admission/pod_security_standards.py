"""The Pod Security Standards: what each level forbids (pod-security-admission/policy, one check per function)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver import references

PRIVILEGED, BASELINE, RESTRICTED = LEVELS = ('privileged', 'baseline', 'restricted')
Violation = tuple[str, str]
"""The reason, and what in this pod is meant."""
Check = Callable[[Object, list[Object]], Violation | None]

_CAPABILITIES = frozenset({
    'AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP',
    'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'})
_SYSCTLS = frozenset({
    'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start',
    'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range'})
_SYSCTLS_27 = _SYSCTLS | {'net.ipv4.ip_local_reserved_ports'}
_SYSCTLS_29 = _SYSCTLS_27 | {'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout',
                             'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes'}
_SYSCTLS_32 = _SYSCTLS_29 | {'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'}
_SELINUX = ('', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t')
_VOLUMES = frozenset({'configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected',
                      'secret', 'image'})


def violations(level: str, version: str, spec: Object) -> list[Violation]:
    """What a level of a version ('latest', 'v1.30') has against a pod's spec."""
    minor = None if version == 'latest' else int(version.rpartition('.')[2])
    checks = [check for check in CHECKS[level] if minor is None or minor >= SINCE.get(check, 0)]
    checks = [check for check in checks if OVERRIDDEN_BY.get(check) not in checks]
    if (spec.get('os') or {}).get('name') == 'windows' and (minor is None or minor >= WINDOWS_IS_KNOWN):
        checks = [check for check in checks if check not in OF_LINUX]
    containers = list(references.containers({'spec': spec}))
    found = (check(spec, containers) for check in checks)
    return [violation for violation in found if violation is not None]


def _quoted(values: Iterable[str]) -> str:
    return ', '.join(f'"{value}"' for value in values)


def _these(noun: str, names: list[str]) -> str:
    """'container "a"', 'containers "a", "b"'."""
    return f'{noun}{"s" if len(names) > 1 else ""} {_quoted(names)}'


def _context(item: Object) -> Object:
    return item.get('securityContext') or {}


def _named(containers: list[Object], test: Callable[[Object], bool]) -> list[str]:
    return [item['name'] for item in containers if test(_context(item))]


def _where(spec: Object, containers: list[Object], test: Callable[[Object], bool]) -> str:
    """'pod and containers "a", "b"': whose security contexts a test holds for, '' if for none."""
    bad = _named(containers, test)
    return ' and '.join((['pod'] if test(_context(spec)) else []) + ([_these('container', bad)] if bad else []))


def _use(noun: str, names: list[str]) -> str:
    """'container "a" uses', 'containers "a", "b" use'."""
    return f'{_these(noun, names)} {"uses" if len(names) == 1 else "use"}'


# -- baseline -----------------------------------------------------------------------------------------------------


def _app_armor(spec: Object, containers: list[Object]) -> Violation | None:
    def unconfined(context: Object) -> bool:
        return (context.get('appArmorProfile') or {}).get('type') == 'Unconfined'
    where = _where(spec, containers, unconfined)
    if not where:
        return None
    return 'forbidden AppArmor profile', f'{where} must not set AppArmor profile type to "Unconfined"'


def _capabilities_baseline(spec: Object, containers: list[Object]) -> Violation | None:
    bad, added = _added(containers, _CAPABILITIES)
    if not bad:
        return None
    return ('non-default capabilities',
            f'{_these("container", bad)} must not include {_quoted(sorted(added))} in securityContext.capabilities.add')


def _added(containers: list[Object], allowed: frozenset[str]) -> tuple[list[str], set[str]]:
    """Which containers add capabilities that are not allowed, and which ones those are."""
    names, found = [], set()
    for item in containers:
        extra = set((_context(item).get('capabilities') or {}).get('add') or ()) - allowed
        if extra:
            names.append(item['name'])
            found |= extra
    return names, found


def _host_namespaces(spec: Object, containers: list[Object]) -> Violation | None:
    found = [f'{name}=true' for name in ('hostNetwork', 'hostPID', 'hostIPC') if spec.get(name)]
    return ('host namespaces', ', '.join(found)) if found else None


def _host_path(spec: Object, containers: list[Object]) -> Violation | None:
    found = [volume['name'] for volume in spec.get('volumes') or () if volume.get('hostPath')]
    return ('hostPath volumes', _these('volume', found)) if found else None


def _host_ports(spec: Object, containers: list[Object]) -> Violation | None:
    bad, ports = [], set()
    for item in containers:
        used = {port['hostPort'] for port in item.get('ports') or () if port.get('hostPort')}
        if used:
            bad.append(item['name'])
            ports |= used
    if not bad:
        return None
    shown = ', '.join(str(port) for port in sorted(ports, key=str))
    return 'hostPort', f'{_use("container", bad)} {"hostPort" if len(ports) == 1 else "hostPorts"} {shown}'


def _probe_hosts(spec: Object, containers: list[Object]) -> Violation | None:
    bad, hosts = [], set()
    for item in containers:
        lifecycle = item.get('lifecycle') or {}
        handlers = [*(item.get(name) or {} for name in ('livenessProbe', 'readinessProbe', 'startupProbe')),
                    *(lifecycle.get(name) or {} for name in ('postStart', 'preStop'))]
        named = {(handler.get(kind) or {}).get('host') for handler in handlers for kind in ('httpGet', 'tcpSocket')}
        named -= {None, ''}
        if named:
            bad.append(item['name'])
            hosts |= named
    if not bad:
        return None
    shown = _these('probe or lifecycle host', sorted(hosts))
    return 'probe or lifecycle host', f'{_use("container", bad)} {shown}'


def _privileged(spec: Object, containers: list[Object]) -> Violation | None:
    bad = _named(containers, lambda context: context.get('privileged') is True)
    return ('privileged', f'{_these("container", bad)} must not set securityContext.privileged=true') if bad else None


def _proc_mount(spec: Object, containers: list[Object]) -> Violation | None:
    bad = _named(containers, lambda context: context.get('procMount') not in (None, '', 'Default'))
    return ('procMount', f'{_these("container", bad)} must not set securityContext.procMount to "Unmasked"') \
        if bad else None


def _proc_mount_35(spec: Object, containers: list[Object]) -> Violation | None:
    return None if _has_own_users(spec) else _proc_mount(spec, containers)


def _has_own_users(spec: Object) -> bool:
    """relaxPolicyForUserNamespacePod: root in a user namespace is not root on the node."""
    return spec.get('hostUsers') is False


def _selinux(spec: Object, containers: list[Object]) -> Violation | None:
    def wrong(context: Object) -> bool:
        options = context.get('seLinuxOptions') or {}
        return options.get('type', '') not in _SELINUX or bool(options.get('user') or options.get('role'))
    where = _where(spec, containers, wrong)
    if not where:
        return None
    options = [context.get('seLinuxOptions') or {} for context in map(_context, (spec, *containers))]
    types = sorted({item['type'] for item in options if item.get('type', '') not in _SELINUX})
    parts = [f'type{"s" if len(types) > 1 else ""} {_quoted(types)}'] if types else []
    parts += [f'{name} may not be set' for name in ('user', 'role') if any(item.get(name) for item in options)]
    return 'seLinuxOptions', f'{where} set forbidden securityContext.seLinuxOptions: {"; ".join(parts)}'


def _seccomp_type(context: Object) -> str | None:
    return (context.get('seccompProfile') or {}).get('type')


def _seccomp_baseline(spec: Object, containers: list[Object]) -> Violation | None:
    def unconfined(context: Object) -> bool:
        return _seccomp_type(context) == 'Unconfined'
    where = _where(spec, containers, unconfined)
    if not where:
        return None
    return 'seccompProfile', f'{where} must not set securityContext.seccompProfile.type to "Unconfined"'


def _only_sysctls(allowed: frozenset[str]) -> Check:
    def check(spec: Object, containers: list[Object]) -> Violation | None:
        found = [item['name'] for item in _context(spec).get('sysctls') or () if item['name'] not in allowed]
        return ('forbidden sysctls', ', '.join(found)) if found else None
    return check


_sysctls, _sysctls_27, _sysctls_29, _sysctls_32 = _BY_VERSION = tuple(
    _only_sysctls(allowed) for allowed in (_SYSCTLS, _SYSCTLS_27, _SYSCTLS_29, _SYSCTLS_32))


def _host_process(spec: Object, containers: list[Object]) -> Violation | None:
    def asks(context: Object) -> bool:
        return bool((context.get('windowsOptions') or {}).get('hostProcess'))
    where = _where(spec, containers, asks)
    if not where:
        return None
    return 'hostProcess', f'{where} must not set securityContext.windowsOptions.hostProcess=true'


# -- restricted ---------------------------------------------------------------------------------------------------


def _escalation(spec: Object, containers: list[Object]) -> Violation | None:
    bad = _named(containers, lambda context: context.get('allowPrivilegeEscalation') is not False)
    return ('allowPrivilegeEscalation != false',
            f'{_these("container", bad)} must set securityContext.allowPrivilegeEscalation=false') if bad else None


def _capabilities_restricted(spec: Object, containers: list[Object]) -> Violation | None:
    undropped = _named(containers, lambda context: 'ALL' not in ((context.get('capabilities') or {}).get('drop') or ()))
    adding, added = _added(containers, frozenset({'NET_BIND_SERVICE'}))
    parts = []
    if undropped:
        parts.append(f'{_these("container", undropped)} must set securityContext.capabilities.drop=["ALL"]')
    if adding:
        parts.append(f'{_these("container", adding)} must not include {_quoted(sorted(added))} in '
                     'securityContext.capabilities.add')
    return ('unrestricted capabilities', '; '.join(parts)) if parts else None


def _proc_mount_restricted(spec: Object, containers: list[Object]) -> Violation | None:
    return _proc_mount(spec, containers)


def _volume_types(spec: Object, containers: list[Object]) -> Violation | None:
    bad, kinds = [], set()
    for volume in spec.get('volumes') or ():
        other = [name for name in volume if name != 'name' and name not in _VOLUMES]
        if other:
            bad.append(volume['name'])
            kinds.add(other[0])
    if not bad:
        return None
    return 'restricted volume types', f'{_use("volume", bad)} restricted {_these("volume type", sorted(kinds))}'


def _run_as_non_root(spec: Object, containers: list[Object]) -> Violation | None:
    if _has_own_users(spec):
        return None
    pod = _context(spec).get('runAsNonRoot')
    where = _where(spec, containers, lambda context: context.get('runAsNonRoot') is False)
    if where:
        return 'runAsNonRoot != true', f'{where} must not set securityContext.runAsNonRoot=false'
    silent = [] if pod else _named(containers, lambda context: context.get('runAsNonRoot') is None)
    return ('runAsNonRoot != true',
            f'pod or {_these("container", silent)} must set securityContext.runAsNonRoot=true') if silent else None


def _run_as_user(spec: Object, containers: list[Object]) -> Violation | None:
    if _has_own_users(spec):
        return None
    where = _where(spec, containers, lambda context: context.get('runAsUser') == 0)
    return ('runAsUser=0', f'{where} must not set runAsUser=0') if where else None


def _seccomp_restricted(spec: Object, containers: list[Object]) -> Violation | None:
    allowed, pod = ('RuntimeDefault', 'Localhost'), _seccomp_type(_context(spec))
    must = 'securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    where = _where(spec, containers, lambda context: _seccomp_type(context) not in (None, *allowed))
    if where:
        return 'seccompProfile', (f'{where} must not set securityContext.seccompProfile.type to '
                                  '"Unconfined"')
    silent = [] if pod else _named(containers, lambda context: _seccomp_type(context) is None)
    return ('seccompProfile', f'pod or {_these("container", silent)} must set {must}') if silent else None


_BASELINE: tuple[Check, ...] = (
    _app_armor, _capabilities_baseline, _host_namespaces, _host_path, _host_ports, _probe_hosts, _privileged,
    _proc_mount, _proc_mount_35, _selinux, _seccomp_baseline, *_BY_VERSION, _host_process)
_RESTRICTED: tuple[Check, ...] = (
    _escalation, _capabilities_restricted, _proc_mount_restricted, _volume_types, _run_as_non_root, _run_as_user,
    _seccomp_restricted)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    PRIVILEGED: (),
    BASELINE: _BASELINE,
    RESTRICTED: (*_BASELINE, *_RESTRICTED),
}
SINCE: Mapping[Check, int] = {_escalation: 8, _seccomp_restricted: 19, _capabilities_restricted: 22, _run_as_user: 23,
                              _sysctls_27: 27, _sysctls_29: 29, _sysctls_32: 32, _probe_hosts: 34, _proc_mount_35: 35,
                              _proc_mount_restricted: 35}
"""The first minor version that has a check."""
OVERRIDDEN_BY: Mapping[Check, Check] = {_capabilities_baseline: _capabilities_restricted, _proc_mount: _proc_mount_35,
                                        _seccomp_baseline: _seccomp_restricted, _sysctls: _sysctls_27,
                                        _sysctls_27: _sysctls_29, _sysctls_29: _sysctls_32}
OF_LINUX = frozenset({_escalation, _capabilities_restricted, _seccomp_restricted})
WINDOWS_IS_KNOWN = 25
