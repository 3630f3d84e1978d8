"""containerd's CRI plug-in: the runtime of a node as its machine's programs ask it (`tutor.shell.cri`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import TypeVar

from tutor.cluster.containers import cni
from tutor.cluster.containers.container import CREATED, EXITED, RUNNING, Container
from tutor.cluster.containers.image import Manifest
from tutor.cluster.containers.logs import LogOptions, copy_log
from tutor.cluster.containers.references import InvalidReference, parse
from tutor.cluster.containers.registry import PullError
from tutor.cluster.containers.runtime import Runtime, RuntimeFailure, Sandbox
from tutor.cluster.simulation import Pipe
from tutor.shell.cri import CriError, LogRequest, Message
from tutor.shell.process import IO
from tutor.shell.vfs import FileSystem

STATES = {CREATED: 'CONTAINER_CREATED', RUNNING: 'CONTAINER_RUNNING', EXITED: 'CONTAINER_EXITED'}
LABELS = 'io.kubernetes'
NEVER = '0001-01-01T00:00:00Z'
VERSION = 'v2.1.9'
INODES = 1200
"""Of an image, on the average."""
Kept = TypeVar('Kept', Container, Sandbox)


def log_folder(sandbox: Sandbox) -> str:
    """/var/log/pods/NAMESPACE_NAME_UID."""
    namespace, _, name = sandbox.pod.partition('/')
    return f'/var/log/pods/{namespace}_{name}_{sandbox.metadata.get("uid", "")}'


class Cri:
    """Both services of one runtime. `pid_of` gives the machine's number of a container's main process."""

    def __init__(self, runtime: Runtime, files: FileSystem, pid_of: Callable[[Container], int]) -> None:
        self._runtime = runtime
        self._files = files
        self._pid_of = pid_of

    # -- finding ------------------------------------------------------------------------------------------------

    def _container(self, identity: str) -> Container:
        return self._unique(self._runtime.containers, identity, 'an error occurred when try to find container')

    def _sandbox(self, identity: str) -> Sandbox:
        return self._unique(self._runtime.sandboxes, identity, 'an error occurred when try to find sandbox')

    def _unique(self, known: dict[str, Kept], identity: str, what: str) -> Kept:
        found = [entry for key, entry in known.items() if identity and key.startswith(identity)]
        if len(found) != 1:
            raise CriError('NotFound', f'{what} "{identity}": not found')
        return found[0]

    def _image(self, name: str) -> Manifest:
        bare = name.removeprefix('sha256:')
        for manifest in self._runtime.images.list():
            if len(bare) > 2 and manifest.config_digest.removeprefix('sha256:').startswith(bare):
                return manifest
        try:
            found = self._runtime.images.find(parse(name))
        except InvalidReference as problem:
            raise CriError('InvalidArgument', f'failed to parse image reference "{name}": {problem}') from None
        if found is None:
            raise CriError('NotFound', f'no such image "{name}" present')
        return found

    # -- lists --------------------------------------------------------------------------------------------------

    def version(self) -> Message:
        return {'version': '0.1.0', 'runtimeName': 'containerd', 'runtimeVersion': VERSION, 'runtimeApiVersion': 'v1'}

    def info(self) -> Message:
        condition: Message = {'message': '', 'reason': '', 'status': True}
        network, loaded = condition, 'OK'
        if not cni.plugins(self._files):
            network = {'message': cni.PROBLEM, 'reason': 'NetworkPluginNotReady', 'status': False}
            loaded = (f'cni config load failed: no network config found in {cni.CONFIGURATIONS}: cni plugin not '
                      'initialized: failed to load cni config')
        return {'status': {'conditions': [{**condition, 'type': 'RuntimeReady'}, {**network, 'type': 'NetworkReady'},
                                          {**condition, 'type': 'ContainerdHasNoDeprecationWarnings'}]},
                'cniconfig': {'PluginConfDir': '/etc/cni/net.d', 'PluginDirs': ['/opt/cni/bin'],
                              'PluginMaxConfNum': 1, 'Prefix': 'eth'},
                'config': {'containerd': {'defaultRuntimeName': 'runc', 'runtimes': {'runc': {
                    'runtimeType': 'io.containerd.runc.v2', 'options': {'SystemdCgroup': True}}}},
                    'containerdEndpoint': '/run/containerd/containerd.sock',
                    'containerdRootDir': '/var/lib/containerd', 'rootDir':
                    '/var/lib/containerd/io.containerd.grpc.v1.cri'},
                'golang': 'go1.24.13', 'lastCNILoadStatus': loaded, 'lastCNILoadStatus.default': loaded}

    def pods(self) -> list[Message]:
        return [self._pod(sandbox) for sandbox in reversed(self._runtime.sandboxes.values())]

    def containers(self) -> list[Message]:
        found = [self._summary(container) for container in self._runtime.containers.values()]
        return sorted(found, key=lambda entry: entry['createdAt'], reverse=True)

    def images(self) -> list[Message]:
        return [self._image_message(manifest) for manifest in self._runtime.images.list()]

    def image_filesystem(self) -> Message:
        """ImageFsInfo: where the layers of images are, and what they take."""
        images = self._runtime.images.list()
        return {'timestamp': str(int(self._runtime.simulation.seconds() * 10**9)),
                'fsId': {'mountpoint': '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs'},
                'usedBytes': {'value': str(sum(manifest.size for manifest in images))},
                'inodesUsed': {'value': str(len(images) * INODES)}}

    def stats(self) -> list[Message]:
        found = []
        for container in self._runtime.containers.values():
            if container.running and container.host is not None:
                found.append({'attributes': self._attributes(container), 'sandbox': container.sandbox,
                              'cpu': container.host.meter.rate * 100 + 0.05,
                              'seconds': container.host.meter.at(self._runtime.simulation.now),
                              'memory': container.host.resident})
        return found

    # -- statuses -----------------------------------------------------------------------------------------------

    def _pod(self, sandbox: Sandbox) -> Message:
        namespace, _, name = sandbox.pod.partition('/')
        meta = sandbox.metadata
        uid = meta.get('uid', '')
        labels = {**(meta.get('labels') or {}), f'{LABELS}.pod.name': name, f'{LABELS}.pod.namespace': namespace,
                  f'{LABELS}.pod.uid': uid}
        return {'id': sandbox.id, 'metadata': {'name': name, 'uid': uid, 'namespace': namespace,
                                               'attempt': sandbox.attempt},
                'state': 'SANDBOX_READY' if sandbox.ready else 'SANDBOX_NOTREADY',
                'createdAt': self._stamp(sandbox.created_at), 'labels': dict(sorted(labels.items())),
                'annotations': dict(sorted((meta.get('annotations') or {}).items())), 'runtimeHandler': ''}

    def pod_status(self, identity: str) -> Message:
        sandbox = self._sandbox(identity)
        pod = self._pod(sandbox)
        host_network = sandbox.addresses and not sandbox.addresses[0].startswith('10.')
        return {'status': {**pod, 'network': {'additionalIps': [], 'ip': '' if host_network else sandbox.addresses[0]
                                              if sandbox.addresses else ''},
                           'linux': {'namespaces': {'options': {'ipc': 'POD', 'network': 'NODE' if host_network else
                                                                'POD', 'pid': 'POD' if sandbox.pids else 'CONTAINER',
                                                                'targetId': '', 'usernsOptions': None}}}},
                'info': {'image': 'registry.k8s.io/pause:3.10', 'runtimeType': 'io.containerd.runc.v2',
                         'processStatus': 'running' if sandbox.ready else 'deleted', 'snapshotter': 'overlayfs'}}

    def _attributes(self, container: Container) -> Message:
        pod = self._pod(self._runtime.sandboxes[container.sandbox])
        own = {key: value for key, value in pod['labels'].items() if key.startswith(f'{LABELS}.pod')}
        return {'id': container.id, 'metadata': {'name': container.config.name, 'attempt': container.config.attempt},
                'labels': {f'{LABELS}.container.name': container.config.name, **own}}

    def _summary(self, container: Container) -> Message:
        digest = container.config.manifest.config_digest
        return {**self._attributes(container), 'podSandboxId': container.sandbox,
                'image': {'image': digest, 'annotations': {}, 'userSpecifiedImage': container.config.requested,
                          'runtimeHandler': ''},
                'imageRef': digest, 'imageId': digest, 'state': STATES[container.state],
                'createdAt': str(self._nanoseconds(container.created_at)), 'annotations': {}}

    def container_status(self, identity: str) -> Message:
        container = self._container(identity)
        config, sandbox = container.config, self._runtime.sandboxes[container.sandbox]
        status = {
            **self._attributes(container), 'state': STATES[container.state],
            'createdAt': self._stamp(container.created_at), 'startedAt': self._stamp(container.started_at),
            'finishedAt': self._stamp(container.finished_at), 'exitCode': container.exit_code,
            'image': {'annotations': {}, 'image': config.image, 'runtimeHandler': '', 'userSpecifiedImage': ''},
            'imageId': config.manifest.config_digest, 'imageRef': config.image_id, 'reason': container.reason,
            'message': container.message, 'annotations': self._annotations(container),
            'mounts': [{'containerPath': mount.path, 'hostPath': self._host_path(mount.path, sandbox),
                        'propagation': 'PROPAGATION_PRIVATE', 'readonly': mount.read_only, 'selinuxRelabel': False}
                       for mount in config.mounts],
            'logPath': f'{log_folder(sandbox)}/{config.name}/{config.attempt}.log',
            'resources': {'linux': {'memoryLimitInBytes': str(config.memory_limit)}},
            'user': {'linux': {'gid': str(config.gid), 'supplementalGroups': [str(group) for group in config.groups],
                               'uid': str(config.uid)}},
        }
        return {'status': status, 'info': self._details(container, sandbox)}

    def _annotations(self, container: Container) -> Message:
        prefix = f'{LABELS}.container'
        return {f'{prefix}.restartCount': str(container.config.attempt),
                f'{prefix}.terminationMessagePath': container.config.termination,
                f'{prefix}.terminationMessagePolicy':
                    'FallbackToLogsOnError' if container.config.fallback_to_logs else 'File',
                f'{LABELS}.pod.terminationGracePeriod': '30'}

    def _details(self, container: Container, sandbox: Sandbox) -> Message:
        config = container.config
        env = [f'{name}={value}' for name, value in config.env.items()]
        return {
            'config': {'args': config.args, 'command': config.command, 'envs': [
                {'key': name, 'value': value} for name, value in config.env.items()], 'image': {'image': config.image},
                'log_path': f'{config.name}/{config.attempt}.log', 'working_dir': config.working_dir},
            'pid': self._pid_of(container) if container.running else 0, 'removing': False,
            'runtimeOptions': {'systemd_cgroup': True}, 'runtimeType': 'io.containerd.runc.v2',
            'runtimeSpec': {'hostname': sandbox.hostname, 'ociVersion': '1.2.1', 'process': {
                'args': config.argv(), 'cwd': config.working_dir or '/', 'env': env,
                'user': {'gid': config.gid, 'uid': config.uid}}},
            'sandboxID': container.sandbox, 'snapshotKey': container.id, 'snapshotter': 'overlayfs'}

    def _host_path(self, path: str, sandbox: Sandbox) -> str:
        return f'/var/lib/kubelet/pods/{sandbox.metadata.get("uid", "")}{path}'

    def image_status(self, name: str) -> Message:
        manifest = self._image(name)
        config = manifest.config
        return {'status': self._image_message(manifest), 'info': {'chainID': manifest.config_digest, 'imageSpec': {
            'architecture': 'amd64', 'os': 'linux', 'config': {
                'Entrypoint': list(config.entrypoint), 'Cmd': list(config.command), 'WorkingDir': config.working_dir,
                'Env': [f'{key}={value}' for key, value in config.environment.items()], 'User': config.user,
                'ExposedPorts': {port: {} for port in config.ports}}}}}

    def _image_message(self, manifest: Manifest) -> Message:
        return {'id': manifest.config_digest, 'repoTags': [manifest.name], 'repoDigests': [manifest.image_id],
                'size': str(manifest.size), 'uid': {'value': '0'} if not manifest.config.user else None,
                'username': manifest.config.user, 'pinned': '/pause:' in manifest.name}

    # -- acting -------------------------------------------------------------------------------------------------

    async def pull(self, name: str) -> str:
        try:
            manifest, _ = await self._runtime.images.pull(parse(name))
        except InvalidReference as problem:
            raise CriError('InvalidArgument', f'failed to parse image reference "{name}": {problem}') from None
        except PullError as problem:
            raise CriError(problem.code, str(problem)) from None
        return manifest.config_digest

    def remove_image(self, name: str) -> list[str]:
        manifest = self._image(name)
        self._runtime.images.remove(manifest.name)
        return [manifest.name]

    async def stop_container(self, identity: str, timeout: float) -> None:
        await self._runtime.stop(self._container(identity), timeout)

    def remove_container(self, identity: str) -> None:
        self._runtime.remove(self._container(identity).id)

    async def stop_pod(self, identity: str) -> None:
        self._runtime.stop_sandbox(self._sandbox(identity))

    def remove_pod(self, identity: str) -> None:
        sandbox = self._sandbox(identity)
        if sandbox.ready:
            raise CriError('Unknown', f'failed to forcibly stop sandbox "{sandbox.id}": sandbox is running')
        self._runtime.remove_sandbox(sandbox)

    async def exec(self, identity: str, argv: list[str], io: IO | None, tty: bool) -> int:
        container = self._container(identity)
        if not container.running:
            raise CriError('Unknown', f'container is in {STATES[container.state]} state')
        try:
            execution = self._runtime.exec(container, argv, stdin=io is not None, tty=tty)
        except RuntimeFailure as failure:
            raise CriError('Internal', str(failure)) from None
        if io is None:
            raise CriError('InvalidArgument', 'one of stdin, stdout, or stderr must be set')
        return await self._runtime.communicate(execution, io)

    async def logs(self, identity: str, request: LogRequest, out: Pipe) -> None:
        options = LogOptions(request.follow, request.timestamps, request.tail, request.limit, request.since)
        await copy_log(self._runtime.simulation, self._container(identity).log, options, out)

    # -- time ---------------------------------------------------------------------------------------------------

    def _nanoseconds(self, moment: float) -> int:
        simulation = self._runtime.simulation
        return int((simulation.epoch.timestamp() + moment) * 1_000_000) * 1000

    def _stamp(self, moment: float | None) -> str:
        if moment is None:
            return NEVER
        when = self._runtime.simulation.epoch.astimezone(UTC) + timedelta(seconds=moment)
        return when.strftime('%Y-%m-%dT%H:%M:%S.%f') + '000Z'
