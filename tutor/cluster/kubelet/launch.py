"""Starting a container: its image, its configuration, its command, its postStart hook (kuberuntime_container.go)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import parse
from tutor.apimachinery.quantity import value as quantity_value
from tutor.cluster.containers.container import Container, ContainerConfig, ContainerMount
from tutor.cluster.containers.dra import DRIVERS
from tutor.cluster.containers.image import Manifest
from tutor.cluster.containers.runtime import RuntimeFailure
from tutor.cluster.kubelet import confining, envfile, environment, etc, hooks, identity, pods, sysctls
from tutor.cluster.kubelet.environment import ConfigError
from tutor.cluster.kubelet.eviction import oom
from tutor.cluster.kubelet.fields import UnsupportedField
from tutor.cluster.kubelet.images import ImageError
from tutor.cluster.kubelet.volumes import (
    ConfigMapVolume,
    DownwardVolume,
    EmptyDir,
    HostPath,
    ImageVolume,
    ProjectedVolume,
    SecretVolume,
    Volume,
)
from tutor.shell.process import PATH
from tutor.shell.programs.chroot import MACHINE
from tutor.shell.vfs import FileSystem

if TYPE_CHECKING:
    from tutor.cluster.kubelet.worker import PodWorker

TERMINATION_LOG = '/dev/termination-log'
PLUGINS = {ConfigMapVolume: 'configmap', SecretVolume: 'secret', ProjectedVolume: 'projected', EmptyDir: 'empty-dir',
           DownwardVolume: 'downward-api'}
"""How the folders of volumes are called on the node."""


class StartError(Exception):
    """A container that could not be started: the reason and message of its waiting state, and the moment its back-off
    ends, if that is why (BackoffError)."""

    def __init__(self, reason: str, message: str, expires: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.expires = expires


class Launcher:
    """Starts the containers of one pod."""

    def __init__(self, worker: PodWorker) -> None:
        self._worker = worker
        self._system: etc.SystemFiles | None = None

    async def start(self, spec: Object, init: bool) -> None:
        """startContainer. Raises StartError."""
        worker = self._worker
        kubelet, pod, simulation = worker.kubelet, worker.pod, worker.simulation
        path = pods.field_path(pod, spec)
        try:
            await self._pull_volumes(spec)
            manifest = await kubelet.puller.ensure(pod, spec, path)
        except ImageError as error:
            raise StartError(error.reason, str(error), error.expires) from None
        try:
            config = self._configure(spec, manifest, init)
        except (ConfigError, UnsupportedField, identity.NotAllowed) as error:
            kubelet.recorder.warning(pod, 'Failed', f'Error: {error}', path)
            raise StartError('CreateContainerConfigError', str(error)) from None
        await kubelet.timing.create(simulation)
        assert worker.sandbox is not None
        try:
            if not kubelet.idle:
                config.confinement = confining.of(pod, spec, kubelet.machine.files)
            container = kubelet.runtime.create(worker.sandbox, config)
        except RuntimeFailure as failure:
            kubelet.recorder.warning(pod, 'Failed', f'Error: {failure}', path)
            raise StartError('CreateContainerError', str(failure)) from None
        worker.remember(container)
        kubelet.recorder.normal(pod, 'Created', 'Container created', path)
        await kubelet.timing.start(simulation)
        try:
            kubelet.runtime.start(container)
        except RuntimeFailure as failure:
            kubelet.recorder.warning(pod, 'Failed', f'Error: {failure}', path)
            raise StartError('RunContainerError', str(failure)) from None
        kubelet.recorder.normal(pod, 'Started', 'Container started', path)
        await self._post_start(spec, container, path)

    async def _pull_volumes(self, spec: Object) -> None:
        """getImageVolumes: the images that a container mounts. Raises ImageError."""
        worker = self._worker
        for mount in spec.get('volumeMounts') or ():
            volume = worker.volumes.get(mount['name'])
            if isinstance(volume, ImageVolume) and volume.manifest is None:
                source = volume.source
                wanted = {'image': source.get('reference', ''), 'imagePullPolicy': source.get('pullPolicy', '')}
                volume.manifest = await worker.kubelet.puller.ensure(worker.pod, wanted, '')

    async def _post_start(self, spec: Object, container: Container, path: str) -> None:
        hook = (spec.get('lifecycle') or {}).get('postStart')
        worker = self._worker
        if not hook or worker.kubelet.idle:
            return
        problem = await hooks.run(worker, spec, container, hook)
        if problem is not None:
            worker.kubelet.recorder.warning(worker.pod, 'FailedPostStartHook', 'PostStartHook failed', path)
            await worker.stopper.kill(container, 'FailedPostStartHook')
            raise StartError('PostStartHookError', problem)

    def _configure(self, spec: Object, manifest: Manifest, init: bool) -> ContainerConfig:
        """generateContainerConfig. Raises ConfigError, NotAllowed."""
        worker = self._worker
        kubelet, pod = worker.kubelet, worker.pod
        who = identity.of(pod, spec, manifest)
        own = environment.make(pod, spec, kubelet.informers, worker.facts(),
                               lambda reference: envfile.value(reference, worker.volumes))
        images = manifest.config.environment
        env = {'PATH': images.get('PATH') or PATH, **({'TERM': 'xterm'} if spec.get('tty') else {}),
               'HOSTNAME': worker.hostname(), **images, **own}
        env.setdefault('HOME', who.home)
        env.update(kubelet.dra.environment(worker, spec))
        history = worker.histories.get(spec['name'])
        return ContainerConfig(
            name=spec['name'], manifest=manifest, image=manifest.name, image_id=manifest.image_id,
            requested=spec['image'], init=init and not pods.restartable_init(spec),
            command=[environment.expand(word, own) for word in spec.get('command') or ()],
            args=[environment.expand(word, own) for word in spec.get('args') or ()],
            env=env, working_dir=spec.get('workingDir') or manifest.config.working_dir,
            mounts=self._mounts(spec, own), uid=who.uid, gid=who.gid, groups=who.groups, user=who.user,
            read_only_root=who.read_only, privileged=who.privileged, capabilities=who.capabilities,
            no_new_privileges=who.no_new_privileges, filtered=who.filtered,
            sysctls={sysctls.normalized(each['name']): each['value'] for each in
                     (pod['spec'].get('securityContext') or {}).get('sysctls') or ()},
            machine_processes=kubelet.machine.table if pod['spec'].get('hostPID') and not kubelet.idle else None,
            kernel=kubelet.machine.files if who.privileged and not kubelet.idle else None,
            own_users=pod['spec'].get('hostUsers') is False, tty=spec.get('tty', False),
            stdin=spec.get('stdin', False), stdin_once=spec.get('stdinOnce', False),
            **resource_settings(pod, spec),
            oom_score=oom.score_adjustment(pod, spec, quantity_value(kubelet.reporter.capacity['memory'])),
            attempt=history[0].config.attempt + 1 if history else self._attempts(spec),
            extras={**kubelet.extras, 'groups': who.groups, MACHINE: kubelet.machine,
                    DRIVERS: kubelet.dra},
            target=spec.get('targetContainerName', ''),
            termination=spec.get('terminationMessagePath', TERMINATION_LOG),
            fallback_to_logs=spec.get('terminationMessagePolicy') == 'FallbackToLogsOnError')

    def _attempts(self, spec: Object) -> int:
        """A container that the runtime does not know counts on from the status (a restarted node)."""
        status = self._worker.status
        for field in ('containerStatuses', 'initContainerStatuses'):
            for entry in status.get(field) or ():
                if entry['name'] == spec['name'] and entry.get('containerID'):
                    return entry.get('restartCount', 0) + 1
        return 0

    def _mounts(self, spec: Object, env: Mapping[str, str]) -> list[ContainerMount]:
        worker = self._worker
        if self._system is None:
            self._system = etc.SystemFiles(worker)
        found = self._system.mounts()
        for place, mount in enumerate(spec.get('volumeMounts') or ()):
            volume = worker.volumes.get(mount['name'])
            if volume is None:
                raise ConfigError(f'cannot find volume "{mount["name"]}" to mount into container "{spec["name"]}"')
            shown = _volume_mount(volume, mount, env)
            shown.origin = _origin(volume, spec['name'], place, mount)
            found.append(shown)
        return found


def resource_settings(pod: Object, spec: Object) -> dict[str, Any]:
    """generateLinuxContainerResources: the fields of a container's config that its resources decide, or the pod's where
    it has no limit of its own (getCPULimit, getMemoryLimit)."""
    resources = spec.get('resources') or {}
    limits = {**_pod_limits(pod), **(resources.get('limits') or {})}
    return {'resources': resources, 'memory_limit': quantity_value(limits.get('memory', '0')),
            'cpu_limit': float(parse(limits.get('cpu', '0')).value),
            'cpu_weight': _weight((resources.get('requests') or {}).get('cpu') or limits.get('cpu'))}


def _pod_limits(pod: Object) -> Object:
    return (pod['spec'].get('resources') or {}).get('limits') or {}


def pod_memory(pod: Object) -> int:
    """The memory limit of the pod as a whole, 0 for none."""
    return quantity_value(_pod_limits(pod).get('memory', '0'))


def _weight(asked: str | None) -> float:
    """MilliCPUToShares: of the request, or of the limit when nothing is requested."""
    return max(parse(asked).milli() * 1024 / 1000, 2.0) if asked else 2.0


def _volume_mount(volume: Volume, mount: Object, env: Mapping[str, str]) -> ContainerMount:
    read_only = bool(mount.get('readOnly')) or volume.read_only
    below = environment.expand_path(mount['subPathExpr'], env) if mount.get('subPathExpr') else mount.get('subPath')
    if not below:
        folder = not isinstance(volume, HostPath) or not volume.around.machine.is_file(volume.source['path'])
        return ContainerMount(mount['mountPath'], volume.place, read_only, volume.kind, volume.device, folder=folder)
    # A subPath is resolved when the container starts: later changes of ..data do not reach it.
    files, path = volume.place()
    path = f'{path.rstrip("/")}/{below}'
    if not files.exists(path):
        if isinstance(volume, ImageVolume):
            raise ConfigError(f'failed to find subpath "{below}" in image volume "{volume.name}"')
        _make_sub_path(files, volume.place()[1], path)
    fixed = (files, files.realpath(path)) if not volume.live else volume.pinned(path)
    return ContainerMount(mount['mountPath'], lambda: fixed, read_only, volume.kind, volume.device,
                          folder=files.is_dir(path))


def _origin(volume: Volume, container: str, place: int, mount: Object) -> str:
    """Where the node has what is mounted (GetPodVolumeDir, volume-subpaths)."""
    if isinstance(volume, HostPath) and not (mount.get('subPath') or mount.get('subPathExpr')):
        return volume.source['path']
    pod = f'/var/lib/kubelet/pods/{pods.uid(volume.pod)}'
    if mount.get('subPath') or mount.get('subPathExpr'):
        return f'{pod}/volume-subpaths/{volume.name}/{container}/{place}'
    plugin = next((shown for kind, shown in PLUGINS.items() if isinstance(volume, kind)), 'csi')
    return f'{pod}/volumes/kubernetes.io~{plugin}/{volume.name}'


def _make_sub_path(files: FileSystem, root: str, path: str) -> None:
    """SafeMakeDir: every new folder has the permissions of the volume; a setgid one hands its group down."""
    made, parent = root.rstrip('/'), files.node(root)
    group = parent.gid if parent.mode & 0o2000 else 0
    for part in path[len(made):].strip('/').split('/'):
        made = f'{made}/{part}'
        if not files.exists(made):
            files.make_dirs(made)
            files.chown(made, 0, group)
            files.chmod(made, parent.mode & 0o7777)
