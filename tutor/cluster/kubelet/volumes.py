"""The volumes of a pod: what each kind shows in a container, and why it may not be there yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import value as quantity_value
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.containers.image import Manifest
from tutor.cluster.kubelet import fields
from tutor.cluster.kubelet.environment import bytes_data
from tutor.cluster.simulation import Simulation
from tutor.shell.disk import Disk
from tutor.shell.inodes import DISK, MEMORY, Directory, File
from tutor.shell.vfs import BUDGET, FileSystem

DEFAULT_MODE = 0o644
ROOT_CA = 'kube-root-ca.crt'

Files = dict[str, tuple[bytes | Callable[[], bytes], int]]
"""Path within a volume → content and mode."""


class MountFailure(Exception):
    """Why a volume cannot be set up; the text is the plug-in's. `name`: what the message calls the volume, if that is
    not its name in the pod; `step`: what has failed."""

    def __init__(self, text: str, name: str = '', step: str = 'MountVolume.SetUp failed') -> None:
        super().__init__(text)
        self.name = name
        self.step = step


class ProcessingFailure(MountFailure):
    """A volume of which the kubelet does not even know what to mount."""


class NotAttached(MountFailure):
    """A volume that waits for the attach/detach controller, without a word."""


@dataclass(slots=True)
class Surroundings:
    """What volumes are made of."""

    simulation: Simulation
    client: Client
    informers: Informers
    machine: FileSystem
    disk: Disk
    pretended: bool
    """Whether nothing is really mounted: the node is hollow."""
    facts: Callable[[], fields.Facts]


class Volume:
    """One volume of a pod. `check` says whether it can be mounted, `place` gives what is mounted."""

    kind = 'ext4'
    device = '/dev/vda1'
    read_only = False
    live = False
    """Whether its content follows objects that may change."""

    def __init__(self, name: str, source: Object, pod: Object, around: Surroundings) -> None:
        self.name = name
        self.source = source
        self.pod = pod
        self.around = around
        self._files: FileSystem | None = None

    def check(self) -> None:
        """Raises MountFailure while the volume cannot be mounted."""

    def attachable(self) -> str:
        """The unique name of a volume that is attached to the node before it is mounted; '' of any other."""
        return ''

    def place(self) -> tuple[FileSystem, str]:
        """The file system and the path in it that a container gets; made when first asked for."""
        if self._files is None:
            self._files = self._build()
        return self._files, '/'

    def refresh(self, pod: Object) -> None:
        """Bring the content up to date with the pod and the objects it comes from. Raises MountFailure."""
        self.pod = pod

    def pinned(self, path: str) -> tuple[FileSystem, str]:
        """What is at a path now, whatever is put in its place later (a bind mount holds the inode)."""
        files = self._new_files()
        files.root.entries['pinned'] = self.place()[0].node(path)
        return files, '/pinned'

    @property
    def used(self) -> int:
        return self._files.used if self._files is not None else 0

    def _new_files(self, budget: int | None = None) -> FileSystem:
        simulation = self.around.simulation
        clock = lambda: simulation.now  # noqa: E731 - the file system's clock
        medium = MEMORY if self.kind == 'tmpfs' else DISK
        files = FileSystem(clock, disk=self.around.disk, medium=medium) if budget is None else \
            FileSystem(clock, budget=budget, medium=medium)
        files._own_root()
        if medium == MEMORY:
            files.root.mode = 0o1777
        return files

    def _build(self) -> FileSystem:
        return self._new_files()


class EmptyDir(Volume):
    """emptyDir: a directory that lives as long as the pod."""

    def __init__(self, name: str, source: Object, pod: Object, around: Surroundings) -> None:
        super().__init__(name, source, pod, around)
        if source.get('medium') == 'Memory':
            self.kind = self.device = 'tmpfs'

    def _build(self) -> FileSystem:
        files = self._new_files(self._memory() if self.source.get('medium') == 'Memory' else None)
        files.root.mode |= 0o777  # setupDir: the sticky bit of a tmpfs stays
        own_by_group(files, self.pod)
        return files

    def _memory(self) -> int:
        """calculateEmptyDirMemorySize: what the node has for pods, what the pod may have, or what the volume may."""
        found = [quantity_value(self.around.facts().allocatable.get('memory', '0')), _memory_limit(self.pod),
                 quantity_value(self.source.get('sizeLimit') or '0')]
        return min((amount for amount in found if amount), default=BUDGET)


class ImageVolume(Volume):
    """image: the files of an image or artifact, read only. It is pulled before a container that mounts it starts."""

    kind = device = 'overlay'
    read_only = True
    manifest: Manifest | None = None

    @property
    def used(self) -> int:
        """Images are counted by themselves."""
        return 0

    def _build(self) -> FileSystem:
        assert self.manifest is not None
        return self.manifest.root


def _memory_limit(pod: Object) -> int:
    """What all containers of a pod may have together, 0 for no limit (ResourceConfigForPod)."""
    whole = ((pod['spec'].get('resources') or {}).get('limits') or {}).get('memory')
    if whole:
        return quantity_value(whole)
    limits = [((each.get('resources') or {}).get('limits') or {}).get('memory') for each in pod['spec']['containers']]
    return sum(map(quantity_value, limits)) if all(limits) else 0


def own_by_group(files: FileSystem, pod: Object, read_only: bool = False) -> None:
    """SetVolumeOwnership: fsGroup owns all that is in a volume, may read it and, but for a read-only one, write it; and
    what is made in its directories is the group's, too."""
    group = (pod['spec'].get('securityContext') or {}).get('fsGroup')
    if group is None:
        return
    for _, node in files.walk('/'):
        node.gid = group
        if isinstance(node, Directory):
            node.mode |= 0o2550 if read_only else 0o2770
        elif isinstance(node, File):
            node.mode |= 0o440 if read_only else 0o660


class Projection(Volume):
    """A read-only directory of files that are replaced all at once: AtomicWriter's layout."""

    read_only = True
    live = True

    def __init__(self, name: str, source: Object, pod: Object, around: Surroundings) -> None:
        super().__init__(name, source, pod, around)
        self._payload: Files | None = None
        self._data_folder = ''

    def payload(self) -> Files:
        """The files it should have now. Raises MountFailure."""
        raise NotImplementedError

    def check(self) -> None:
        self._payload = self.payload()

    def refresh(self, pod: Object) -> None:
        self.pod = pod
        payload = self.payload()
        if self._files is not None and _contents(payload) != _contents(self._payload or {}):
            self._write(self._files, payload)
        self._payload = payload

    def _build(self) -> FileSystem:
        files = self._new_files()
        files.root.mode |= 0o777
        self._write(files, self._payload if self._payload is not None else self.payload())
        return files

    def _write(self, files: FileSystem, payload: Files) -> None:
        """AtomicWriter.Write: a new folder of its own time, and ..data turned to it."""
        simulation = self.around.simulation
        stamp = simulation.wall().strftime('%Y_%m_%d_%H_%M_%S') + f'.{simulation.random.randrange(10**8, 10**10)}'
        folder = f'..{stamp}'
        files.make_dirs(f'/{folder}')
        for path, (content, mode) in payload.items():
            files.put(f'/{folder}/{path}', content, mode)
        wanted = {path.partition('/')[0] for path in payload}
        for entry in [entry for entry in files.listdir('/') if not entry.startswith('..') and entry not in wanted]:
            if not isinstance(files.node(f'/{entry}', follow=False), Directory):  # made for a missing subPath
                files.remove(f'/{entry}')
        if self._data_folder:
            files.remove('/..data')
        files.symlink(folder, '/..data')
        for entry in sorted(wanted):
            if not files.exists(f'/{entry}', follow=False):
                files.symlink(f'..data/{entry}', f'/{entry}')
        if self._data_folder:
            for path, _ in reversed(list(files.walk(f'/{self._data_folder}'))):
                (files.rmdir if files.is_dir(path) else files.remove)(path)
        self._data_folder = folder
        own_by_group(files, self.pod, self.read_only)


def _contents(payload: Files) -> dict[str, Any]:
    return {path: content if isinstance(content, bytes) else None for path, (content, _) in payload.items()}


def _select(data: Mapping[str, bytes], items: list[Object] | None, mode: int, optional: bool, what: str) -> Files:
    """MakePayload: all keys, or those that `items` names."""
    if not items:
        return {key: (content, mode) for key, content in data.items()}
    found: Files = {}
    for item in items:
        content = data.get(item['key'])
        if content is None:
            if optional:
                continue
            kind = 'config' if what.startswith('configmap') else 'secret'
            raise MountFailure(f'{what}references non-existent {kind} key: {item["key"]}')
        found[item['path']] = (content, item.get('mode', mode))
    return found


class ConfigMapVolume(Projection):
    """configMap."""

    def payload(self) -> Files:
        return config_map_files(self, self.source, self.source.get('defaultMode', DEFAULT_MODE))


class SecretVolume(Projection):
    """secret."""

    kind = device = 'tmpfs'

    def payload(self) -> Files:
        source = {**self.source, 'name': self.source.get('secretName', '')}
        return secret_files(self, source, self.source.get('defaultMode', DEFAULT_MODE))


def config_map_files(volume: Volume, source: Object, mode: int) -> Files:
    """The files of a ConfigMap. Raises MountFailure."""
    return _object_files(volume, source, mode, 'configmaps', 'configmap ')


def secret_files(volume: Volume, source: Object, mode: int) -> Files:
    """The files of a Secret. Raises MountFailure."""
    return _object_files(volume, source, mode, 'secrets', '')


def _object_files(volume: Volume, source: Object, mode: int, resource: str, what: str) -> Files:
    namespace, name = volume.pod['metadata']['namespace'], source.get('name', '')
    optional = source.get('optional', False)
    obj = volume.around.informers.of(resource).get(namespace, name)
    if obj is None:
        if optional:
            return {}
        raise MountFailure(f'{resource[:-1]} "{name}" not found')
    return _select(bytes_data(obj), source.get('items'), mode, optional, what)


class DownwardVolume(Projection):
    """downwardAPI."""

    kind = device = 'tmpfs'

    def payload(self) -> Files:
        return downward_files(self, self.source, self.source.get('defaultMode', DEFAULT_MODE))


def downward_files(volume: Volume, source: Object, mode: int) -> Files:
    """The files of downward API items."""
    found: Files = {}
    facts = volume.around.facts()
    for item in source.get('items') or ():
        if 'fieldRef' in item:
            text = fields.field_value(volume.pod, item['fieldRef']['fieldPath'], facts)
        else:
            reference = item['resourceFieldRef']
            container = _container(volume.pod, reference['containerName'])
            text = fields.resource_value(volume.pod, container, reference, facts)
        found[item['path']] = (text.encode(), item.get('mode', mode))
    return found


def _container(pod: Object, name: str) -> Object:
    """findContainerInPod. Raises MountFailure."""
    for container in (*(pod['spec'].get('containers') or ()), *(pod['spec'].get('initContainers') or ())):
        if container['name'] == name:
            return container
    raise MountFailure(f'container {name} not found')


class ProjectedVolume(Projection):
    """projected: several sources in one directory, such as a service account's token."""

    kind = device = 'tmpfs'

    def payload(self) -> Files:
        """collectData: what any of the sources lacks is said together."""
        found: Files = {}
        problems: list[str] = []
        for source in self.source.get('sources') or ():
            try:
                found.update(self._files_of(source, self.source.get('defaultMode', DEFAULT_MODE)))
            except MountFailure as problem:
                problems.append(str(problem))
        if problems:
            raise MountFailure(problems[0] if len(set(problems)) == 1 else f'[{", ".join(dict.fromkeys(problems))}]')
        return found

    def _files_of(self, source: Object, mode: int) -> Files:
        if 'configMap' in source:
            return config_map_files(self, source['configMap'], mode)
        if 'secret' in source:
            return secret_files(self, source['secret'], mode)
        if 'downwardAPI' in source:
            return downward_files(self, source['downwardAPI'], mode)
        if 'serviceAccountToken' in source:
            token = source['serviceAccountToken']
            return {token['path']: (Token(self.pod, token, self.around).read, mode)}
        return {}


class Token:
    """A service account's token, asked for when it is first read and again when most of its time is over."""

    def __init__(self, pod: Object, source: Object, around: Surroundings) -> None:
        self._pod = pod
        self._source = source
        self._around = around
        self._token = b''
        self._until = 0.0

    def read(self) -> bytes:
        now = self._around.simulation.now
        if not self._token or now > self._until:
            seconds = self._source.get('expirationSeconds', 3600)
            meta, spec = self._pod['metadata'], {}
            spec['expirationSeconds'] = seconds
            spec['audiences'] = [self._source['audience']] if self._source.get('audience') else []
            spec['boundObjectRef'] = {'apiVersion': 'v1', 'kind': 'Pod', 'name': meta['name'], 'uid': meta['uid']}
            request = {'apiVersion': 'authentication.k8s.io/v1', 'kind': 'TokenRequest', 'spec': spec}
            account = self._pod['spec'].get('serviceAccountName') or 'default'
            answer = self._around.client.create('serviceaccounts', request, meta['namespace'], account, 'token')
            self._token = answer['status']['token'].encode()
            self._until = now + seconds * 0.8
        return self._token


class HostPath(Volume):
    """hostPath: a path of the node."""

    def check(self) -> None:
        path, wanted = self.source['path'], self.source.get('type') or ''
        machine = self.around.machine
        if wanted == 'DirectoryOrCreate' or (not wanted and not machine.exists(path)):
            if not machine.exists(path):
                machine.make_dirs(path)
        elif wanted == 'FileOrCreate' and not machine.exists(path):
            machine.put(path, b'')
        if wanted in ('Directory', 'DirectoryOrCreate') and not machine.is_dir(path):
            raise MountFailure(f'hostPath type check failed: {path} is not a directory')
        if wanted in ('File', 'FileOrCreate') and not machine.is_file(path):
            raise MountFailure(f'hostPath type check failed: {path} is not a file')
        if wanted in ('Socket', 'CharDevice', 'BlockDevice') and not machine.exists(path):
            words = {'Socket': 'a socket file', 'CharDevice': 'a character device', 'BlockDevice': 'a block device'}
            raise MountFailure(f'hostPath type check failed: {path} is not {words[wanted]}')

    def place(self) -> tuple[FileSystem, str]:
        return self.around.machine, self.source['path']


def unmounted(problems: dict[str, MountFailure]) -> str:
    """The error of WaitForAttachAndMount, for the volumes that are not there."""
    unprocessed = {name: problem for name, problem in problems.items() if isinstance(problem, ProcessingFailure)}
    unattached = [name for name, problem in problems.items() if isinstance(problem, NotAttached)]
    why = '; '.join(map(str, unprocessed.values())) or 'context deadline exceeded'
    return (f'Unable to attach or mount volumes: unmounted volumes=[{" ".join(problems)}], unattached '
            f'volumes=[{" ".join(unattached)}], failed to process volumes=[{" ".join(unprocessed)}]: {why}')
