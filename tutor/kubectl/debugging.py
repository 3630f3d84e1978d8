"""The profiles of `kubectl debug`: what they allow a debugging container, and what of a pod its copy keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import FlagSet

EPHEMERAL, COPY, NODE = 'ephemeral', 'copy', 'node'
PROBES = (('keep-liveness', 'livenessProbe'), ('keep-readiness', 'readinessProbe'), ('keep-startup', 'startupProbe'))
Profile = Callable[[Object, str, str, FlagSet], None]


def profile(name: str) -> Profile:
    """NewProfileApplier: called with a private pod, the container's name, the style of debugging and the flags."""
    if name not in _PROFILES:
        raise KubectlError(f'unknown profile: {name}')
    return _PROFILES[name]


def _legacy(pod: Object, container: str, style: str, flags: FlagSet) -> None:
    if style == NODE:
        _mount_root(pod, container)
        _host_namespaces(pod)
    elif style == COPY:
        pod['metadata'].pop('labels', None)


def _general(pod: Object, container: str, style: str, flags: FlagSet) -> None:
    if style == NODE:
        _mount_root(pod, container)
        _clear(pod, container)
        _host_namespaces(pod)
        return
    _strip(pod, style, flags)
    _capability(pod, container, 'SYS_PTRACE')
    _share(pod, style)


def _baseline(pod: Object, container: str, style: str, flags: FlagSet) -> None:
    _clear(pod, container)
    _strip(pod, style, flags)
    _share(pod, style)


def _restricted(pod: Object, container: str, style: str, flags: FlagSet) -> None:
    _clear(pod, container)
    for each in _named(pod, container):
        each['securityContext'] = {
            'runAsNonRoot': True, 'capabilities': {'drop': ['ALL']}, 'allowPrivilegeEscalation': False,
            'seccompProfile': {'type': 'RuntimeDefault'}}
    _strip(pod, style, flags)
    _share(pod, style)


def _netadmin(pod: Object, container: str, style: str, flags: FlagSet) -> None:
    _capability(pod, container, 'NET_ADMIN')
    _capability(pod, container, 'NET_RAW')
    if style == NODE:
        _host_namespaces(pod)
    _strip(pod, style, flags)
    _share(pod, style)


def _sysadmin(pod: Object, container: str, style: str, flags: FlagSet) -> None:
    for each in _named(pod, container):
        each.setdefault('securityContext', {})['privileged'] = True
    if style == NODE:
        _host_namespaces(pod)
        _mount_root(pod, container)
    _strip(pod, style, flags)
    _share(pod, style)


_PROFILES: dict[str, Profile] = {'legacy': _legacy, 'general': _general, 'baseline': _baseline,
                                 'restricted': _restricted, 'netadmin': _netadmin, 'sysadmin': _sysadmin}


def _named(pod: Object, name: str) -> Iterator[Object]:
    """The first container of a name, of whatever sort."""
    for field in ('initContainers', 'containers', 'ephemeralContainers'):
        for container in pod['spec'].get(field) or ():
            if container['name'] == name:
                yield container
                return


def _strip(pod: Object, style: str, flags: FlagSet) -> None:
    """What would have a copy take part in the work of the original."""
    if style != COPY:
        return
    for flag in ('labels', 'annotations'):
        if not flags[f'keep-{flag}']:
            pod['metadata'].pop(flag, None)
    for container in pod['spec'].get('containers') or ():
        for flag, field in PROBES:
            if not flags[flag]:
                container.pop(field, None)
    if not flags['keep-init-containers']:
        pod['spec'].pop('initContainers', None)


def _share(pod: Object, style: str) -> None:
    if style == COPY and pod['spec'].get('shareProcessNamespace') is None:
        pod['spec']['shareProcessNamespace'] = True


def _capability(pod: Object, container: str, capability: str) -> None:
    for each in _named(pod, container):
        context = each.setdefault('securityContext', {})
        context.setdefault('capabilities', {}).setdefault('add', []).append(capability)


def _clear(pod: Object, container: str) -> None:
    for each in _named(pod, container):
        each.pop('securityContext', None)


def _mount_root(pod: Object, container: str) -> None:
    pod['spec'].setdefault('volumes', []).append({'name': 'host-root', 'hostPath': {'path': '/'}})
    for each in pod['spec']['containers']:
        if each['name'] == container:
            each.setdefault('volumeMounts', []).append({'mountPath': '/host', 'name': 'host-root'})
            return


def _host_namespaces(pod: Object) -> None:
    pod['spec'].update(hostNetwork=True, hostPID=True, hostIPC=True)
