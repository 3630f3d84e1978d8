"""The seccomp and AppArmor profiles of a container, looked up on its node as containerd does."""

from __future__ import annotations

import json
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.confinement import Confinement
from tutor.cluster.containers.runtime import RuntimeFailure
from tutor.shell import apparmor
from tutor.shell.vfs import FileSystem

SECCOMP = '/var/lib/kubelet/seccomp'
ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/'
START = 'execve'
"""The system call without which nothing starts."""
ALLOWING = ('SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE')


def of(pod: Object, container: Object, files: FileSystem) -> Confinement:
    """How a container is confined by profiles on its node, whose `files` these are. Raises RuntimeFailure."""
    own, shared = container.get('securityContext') or {}, pod['spec'].get('securityContext') or {}
    if own.get('privileged'):
        return Confinement()
    seccomp = own.get('seccompProfile') or shared.get('seccompProfile') or {}
    profile = _profile(pod, container, files)
    if seccomp.get('type') != 'Localhost':
        return Confinement(profile)
    return Confinement(profile, _refused(seccomp.get('localhostProfile', ''), files))


def _profile(pod: Object, container: Object, files: FileSystem) -> apparmor.Profile | None:
    """generateApparmorSpecOpts."""
    if not files.is_file(apparmor.ENABLED):
        return None
    kind, name = _wanted(pod, container)
    if kind == 'Unconfined':
        return None
    name = name if kind == 'Localhost' else apparmor.RUNTIME_DEFAULT
    found = apparmor.find(files, name)
    if found is None:
        raise RuntimeFailure('failed to get container spec opts: failed to generate apparmor spec opts: apparmor '
                             f'profile not found {name}')
    return found


def _wanted(pod: Object, container: Object) -> tuple[str, str]:
    """The type and name of the AppArmor profile: the container's, the pod's, or the old annotation's."""
    for context in (container.get('securityContext') or {}, pod['spec'].get('securityContext') or {}):
        if profile := context.get('appArmorProfile'):
            return profile.get('type', ''), profile.get('localhostProfile', '')
    noted = (pod['metadata'].get('annotations') or {}).get(ANNOTATION + container['name'], '')
    kind, _, name = noted.partition('/')
    return {'localhost': 'Localhost', apparmor.UNCONFINED: 'Unconfined'}.get(kind, 'RuntimeDefault'), name


def _refused(name: str, files: FileSystem) -> frozenset[str]:
    """The system calls that a profile on the node's disk names as refused, START where it allows only others."""
    path = f'{SECCOMP}/{name}'
    failed = 'failed to create containerd container: '
    if not files.is_file(path):
        raise RuntimeFailure(f'{failed}cannot load seccomp profile "{path}": open {path}: no such file or directory')
    try:
        profile: Any = json.loads(files.read_text(path))
        rules = [(entry.get('action', ''), set(entry.get('names') or ())) for entry in profile.get('syscalls') or ()]
        usual = profile.get('defaultAction', '')
    except (ValueError, AttributeError) as error:
        raise RuntimeFailure(f'{failed}decoding seccomp profile failed "{path}": {error}') from None
    allowed: set[str] = {name for action, names in rules if action in ALLOWING for name in names}
    refused: set[str] = {name for action, names in rules if action not in ALLOWING for name in names}
    return frozenset(refused if usual in ALLOWING else refused | ({START} - allowed))
