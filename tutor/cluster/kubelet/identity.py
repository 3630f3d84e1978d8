"""Who a container's processes run as: the security contexts of pod and container over the image's user."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.image import Manifest
from tutor.cluster.kubelet import pods
from tutor.shell import capabilities
from tutor.shell.vfs import FileSystem

DEFAULT_CAPABILITIES = 0xA80425FB


class NotAllowed(Exception):
    """A container that may not run as the user it would."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Numbers and name of the user, and all groups, sorted."""

    uid: int
    gid: int
    groups: tuple[int, ...]
    user: str
    home: str
    capabilities: int
    privileged: bool
    read_only: bool
    no_new_privileges: bool = False
    filtered: bool = False
    """Whether a seccomp profile filters its system calls."""


def of(pod: Object, container: Object, manifest: Manifest) -> Identity:
    """The identity of a container's processes. Raises NotAllowed."""
    shared = pod['spec'].get('securityContext') or {}
    own = container.get('securityContext') or {}
    passwd = _table(manifest, '/etc/passwd')
    image_user, _, image_group = manifest.config.user.partition(':')
    wanted = own.get('runAsUser', shared.get('runAsUser'))
    _verify_non_root(pod, container, own.get('runAsNonRoot', shared.get('runAsNonRoot')), wanted, image_user)
    entry = _lookup(passwd, str(wanted) if wanted is not None else image_user or '0')
    uid = wanted if wanted is not None else int(entry[2]) if entry else _number(image_user)
    gid = own.get('runAsGroup', shared.get('runAsGroup'))
    if gid is None:
        gid = _group(manifest, image_group) if image_group and wanted is None else int(entry[3]) if entry else 0
    groups = {gid, *(shared.get('supplementalGroups') or ())}
    if entry and shared.get('supplementalGroupsPolicy') != 'Strict':
        groups |= _memberships(manifest, entry[0])
    if shared.get('fsGroup') is not None:
        groups.add(shared['fsGroup'])
    privileged = bool(own.get('privileged'))
    profile = own.get('seccompProfile') or shared.get('seccompProfile') or {}
    return Identity(uid, gid, tuple(sorted(groups)), entry[0] if entry else str(uid),
                    (entry[5] or '/') if entry and len(entry) > 5 else '/',
                    capabilities.ALL if privileged else _capabilities(own.get('capabilities') or {}), privileged,
                    bool(own.get('readOnlyRootFilesystem')), own.get('allowPrivilegeEscalation') is False,
                    not privileged and profile.get('type', 'Unconfined') != 'Unconfined')


def _verify_non_root(pod: Object, container: Object, wanted: bool | None, uid: int | None, image_user: str) -> None:
    """verifyRunAsNonRoot."""
    if not wanted:
        return
    where = f'(pod: "{pods.describe(pod)}", container: {container["name"]})'
    if uid is not None:
        if uid == 0:
            raise NotAllowed(f"container's runAsUser breaks non-root policy {where}")
        return
    if image_user and not image_user.isdigit():
        raise NotAllowed(f'container has runAsNonRoot and image has non-numeric user ({image_user}), '
                         f'cannot verify user is non-root {where}')
    if not image_user or int(image_user) == 0:
        raise NotAllowed(f'container has runAsNonRoot and image will run as root {where}')


def _capabilities(wanted: Object) -> int:
    """WithCapabilities of containerd: all or none first, then what is added, then what is dropped."""
    added, dropped = ([name.upper() for name in wanted.get(key) or ()] for key in ('add', 'drop'))
    found = capabilities.ALL if 'ALL' in added else DEFAULT_CAPABILITIES
    found = 0 if 'ALL' in dropped else found
    for name in added:
        found |= _bit(name)
    for name in dropped:
        found &= ~_bit(name)
    return found


def _bit(name: str) -> int:
    number = capabilities.CAPABILITIES.get(name.removeprefix('CAP_'))
    return 0 if number is None else 1 << number


def _table(manifest: Manifest, path: str) -> list[list[str]]:
    return _read_table(manifest.root, path)


@lru_cache(maxsize=256)
def _read_table(files: FileSystem, path: str) -> list[list[str]]:
    """A table of an image, which never changes."""
    try:
        text = files.read_text(path)
    except OSError:
        return []
    return [line.split(':') for line in text.splitlines() if line.count(':') >= 2]


def _lookup(table: list[list[str]], name: str) -> list[str] | None:
    return next((entry for entry in table if name in (entry[0], entry[2])), None)


def _group(manifest: Manifest, name: str) -> int:
    entry = _lookup(_table(manifest, '/etc/group'), name)
    return int(entry[2]) if entry else _number(name)


def _memberships(manifest: Manifest, user: str) -> set[int]:
    """oci.WithAdditionalGIDs: the groups of the image that have a user as member."""
    return {int(entry[2]) for entry in _table(manifest, '/etc/group') if user in ''.join(entry[3:]).split(',')}


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
