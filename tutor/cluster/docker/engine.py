"""dockerd: images and containers of one machine, behind its socket (`tutor.shell.docker.DockerEngine`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.cluster.containers.container import EXITED, RUNNING, Container, ContainerConfig, ContainerMount
from tutor.cluster.containers.image import PATH
from tutor.cluster.containers.logs import LogOptions, copy_log
from tutor.cluster.containers.registry import ImageRegistry
from tutor.cluster.containers.runtime import Execution, Runtime, RuntimeFailure
from tutor.cluster.docker import archives, copying
from tutor.cluster.docker.binds import binds
from tutor.cluster.docker.build import Builder, user_of
from tutor.cluster.docker.health import watch
from tutor.cluster.docker.images import LocalImages, reference
from tutor.cluster.docker.inspection import describe_container, describe_image
from tutor.cluster.docker.kept import Kept, published_port, random_name
from tutor.cluster.docker.networks import Networks, forward
from tutor.cluster.network.fabric import Fabric
from tutor.cluster.network.host import HostNetwork
from tutor.cluster.simulation import Future, Pipe, Reader, Simulation, Task, together
from tutor.shell.docker import (
    BuildRequest,
    BuildStep,
    ContainerSummary,
    Creation,
    DockerError,
    ImageSummary,
    Layer,
    Usage,
)
from tutor.shell.process import IO, Host
from tutor.shell.streams import BytesReader, Capture, pour
from tutor.shell.tty import joined
from tutor.shell.vfs import FileSystem

VERSION = '28.5.2'
NOT_FOUND, NOT_EXECUTABLE = 127, 126
CREATE_FAILED = ('failed to create task for container: failed to create shim task: OCI runtime create failed: runc '
                 'create failed: unable to start container process: error during container init: ')


class Engine:
    """All images, containers, networks and volumes of one machine."""

    def __init__(self, simulation: Simulation, fabric: Fabric, registry: ImageRegistry, machine: Host) -> None:
        self.simulation = simulation
        self.machine = machine
        self.store = LocalImages(simulation, registry)
        self.runtime = Runtime(simulation, None)  # type: ignore[arg-type]
        self.networks_known = Networks(simulation, fabric, machine.hostname, self._names_on)
        self.builder = Builder(simulation, self.store, lambda: machine.files,
                               lambda: HostNetwork(fabric.node(machine.hostname), lambda: machine.files))
        self.kept: dict[str, Kept] = {}
        self.volumes_known: dict[str, FileSystem] = {}
        self._files: dict[str, FileSystem] = {}
        self._attached: dict[str, list[tuple[Pipe, Pipe]]] = {}

    # -- images -------------------------------------------------------------------------------------------------

    def images(self) -> list[ImageSummary]:
        return self.store.summaries()

    def has_image(self, name: str) -> bool:
        return self.store.find(name) is not None

    async def pull(self, name: str) -> tuple[str, str, bool]:
        wanted = reference(name)
        before = self.store.names.get(wanted.canonical)
        image = await self.store.pull(wanted)
        return wanted.canonical, image.manifest.digest, before != image.id

    def push(self, name: str) -> tuple[str, list[str], str, int]:
        image, wanted, digest = self.store.push(name)
        layers = [layer.id if layer.id != '<missing>' else layer.created_by for layer in image.layers if layer.size]
        return wanted.repository, layers, digest, 528 + 220 * len(layers)

    def tag(self, source: str, target: str) -> None:
        self.store.tag(source, target)

    def remove_image(self, name: str, force: bool) -> list[str]:
        return self.store.remove(name, force, lambda identity: next(
            (kept.id for kept in self.kept.values() if kept.image.id == identity), ''))

    def history(self, name: str) -> list[Layer]:
        return self.store.get(name).layers

    async def build(self, request: BuildRequest, progress: Callable[[BuildStep], None]) -> str:
        return await self.builder.build(request, progress)

    def commit(self, container: str, name: str, message: str) -> str:
        return archives.commit(self, self._get(container), name, message)

    def save(self, names: list[str]) -> bytes:
        return archives.save(self, names)

    def load(self, data: bytes) -> list[str]:
        return archives.load(self, data)

    def inspect(self, name: str, kind: str = '') -> dict[str, Any]:
        if kind != 'image':
            found = self._find(name)
            if found is not None:
                return describe_container(found, self.simulation)
        image = self.store.find(name)
        if image is not None and kind != 'container':
            return describe_image(image, self.store.tags_of(image.id), self.simulation)
        for each in (*self.networks(), *self.volumes()):
            if not kind and each['Name'] == name:
                return each
        raise DockerError(f'No such {kind or "object"}: {name}')

    # -- containers: finding ------------------------------------------------------------------------------------

    def _find(self, name: str) -> Kept | None:
        for kept in self.kept.values():
            if name == kept.name or name == kept.id:
                return kept
        found = [kept for kept in self.kept.values() if name and kept.id.startswith(name)]
        return found[0] if len(found) == 1 else None

    def _get(self, name: str) -> Kept:
        found = self._find(name)
        if found is None:
            raise DockerError(f'No such container: {name}')
        return found

    def _names_on(self, network: str) -> dict[str, str]:
        """Who answers to which name on a network of one's own."""
        return {name: kept.bridge.stack.address for kept in self.kept.values()
                if kept.running and kept.bridge is not None and network in kept.networks
                for name in (kept.name, *kept.creation.aliases)}

    def containers(self, everything: bool) -> list[ContainerSummary]:
        return [self._summary(kept) for kept in reversed(self.kept.values()) if everything or kept.running]

    def _summary(self, kept: Kept) -> ContainerSummary:
        container, epoch = kept.container, self.simulation.epoch.timestamp()

        def moment(value: float | None) -> float | None:
            return None if value is None else epoch + value
        argv = self._config(kept).argv()
        ports = [f'{address or "0.0.0.0"}:{outer}->{inner}/tcp' for address, outer, inner in kept.published] \
            if kept.running else []
        exposed = [port for port in kept.image.manifest.config.ports
                   if not any(str(inner) == port.partition('/')[0] for _, _, inner in kept.published)]
        return ContainerSummary(
            kept.id, kept.creation.image, ' '.join(argv), epoch + kept.created, self._state(kept),
            moment(container.started_at) if container else None, moment(container.finished_at) if container else None,
            container.exit_code if container else 0, ports + (exposed if kept.running else []), kept.name,
            kept.creation.labels, kept.health if kept.running else '')

    def _state(self, kept: Kept) -> str:
        if kept.container is None:
            return 'created'
        return {RUNNING: 'running', EXITED: 'exited'}.get(kept.container.state, 'created')

    # -- containers: life ---------------------------------------------------------------------------------------

    def create(self, creation: Creation) -> str:
        image = self.store.get(creation.image)
        if creation.name and self._find(creation.name) is not None:
            other = self._get(creation.name)
            raise DockerError(f'Conflict. The container name "/{creation.name}" is already in use by container '
                              f'"{other.id}". You have to remove (or rename) that container to be able to reuse that '
                              'name.', 125)
        self.networks_known.check(creation.network)
        identity = self.runtime.new_id()
        kept = Kept(identity, creation.name or self._new_name(), creation, image, self.simulation.now,
                    networks=[creation.network])
        if not kept.argv:
            raise DockerError('no command specified', 125)
        kept.ended = self.simulation.future()
        self.kept[identity] = kept
        self._name_volumes(kept)
        return identity

    def rename(self, container: str, name: str) -> None:
        kept, other = self._get(container), self._find(name)
        if other is not None:
            raise DockerError(f'Error when allocating new name: Conflict. The container name "/{name}" is already in '
                              f'use by container "{other.id}". You have to remove (or rename) that container to be '
                              'able to reuse that name.')
        kept.name = name

    def usage(self) -> list[Usage]:
        return [Usage(kept.id, kept.name, host.meter.rate, host.resident,
                      host.memory_limit, len(host.own_processes()))
                for kept in self.kept.values() if kept.running and kept.container is not None
                and (host := kept.container.host) is not None]

    def _new_name(self) -> str:
        while self._find(name := random_name(self.simulation)) is not None:
            pass
        return name

    def _name_volumes(self, kept: Kept) -> None:
        kept.mounts = [bind._replace(source=self.create_volume(bind.source)) if bind.is_volume else bind
                       for bind in binds(kept)]

    def _config(self, kept: Kept) -> ContainerConfig:
        creation, manifest = kept.creation, kept.image.manifest
        user = creation.user or manifest.config.user
        uid, gid, name = user_of(manifest.root, user)
        env = {'PATH': PATH, 'HOSTNAME': creation.hostname or kept.id[:12], **manifest.config.environment,
               **({'TERM': 'xterm'} if creation.tty else {}), **creation.env}
        env.setdefault('HOME', '/root' if not uid else '/')
        return ContainerConfig(
            kept.name, manifest, manifest.name, manifest.image_id, creation.image, command=kept.argv[:1],
            args=kept.argv[1:], env=env, working_dir=creation.workdir or manifest.config.working_dir,
            mounts=self._mounts(kept), uid=uid, gid=gid, user=name, tty=creation.tty, stdin=creation.interactive,
            stdin_once=True, memory_limit=creation.memory, read_only_root=creation.read_only,
            privileged=creation.privileged)

    def _mounts(self, kept: Kept) -> list[ContainerMount]:
        found = [ContainerMount(f'/etc/{name}', lambda name=name: (self._etc(kept), f'/{name}'))
                 for name in ('hosts', 'hostname', 'resolv.conf')]
        return [*found, *(ContainerMount(bind.target, lambda bind=bind: self._source(bind.source), bind.read_only)
                          for bind in kept.mounts)]

    def _source(self, source: str) -> tuple[FileSystem, str]:
        if source in self.volumes_known:
            return self.volumes_known[source], '/'
        files = self.machine.files
        if not files.exists(source):
            files.make_dirs(source)
        return files, source

    def _etc(self, kept: Kept) -> FileSystem:
        files = self._files.get(kept.id)
        if files is None:
            files = self._files[kept.id] = FileSystem(lambda: self.simulation.now)
            files.put('/hostname', (kept.creation.hostname or kept.id[:12]) + '\n')
            files.put('/resolv.conf', lambda: self.machine.files.read('/etc/resolv.conf'))
            files.put('/hosts', lambda: self.networks_known.hosts(kept.bridge, kept.networks,
                                                                  kept.creation.hostname or kept.id[:12]))
        return files

    async def start(self, name: str) -> None:
        """Run a container that does not run. Raises DockerError with the exit status that `docker run` has then."""
        kept = self._get(name)
        if kept.running:
            return
        await self.simulation.sleep(0.25)
        kept.bridge = self.networks_known.attach(kept.id, kept.creation.network)
        self._publish(kept)
        bridge = kept.bridge
        sandbox = self.runtime.run_sandbox(f'docker/{kept.name}', kept.creation.hostname or kept.id[:12],
                                           bridge.stack.addresses, bridge.open)
        container = kept.container = self.runtime.create(sandbox, self._config(kept))
        kept.stopping = False
        if kept.ended is None or kept.ended.done:
            kept.ended = self.simulation.future()
        for out, err in self._attached.pop(kept.id, []):
            container.stdout.attach(out)
            container.stderr.attach(err)
        container.ended.on_done(lambda _: self._ended(kept, container))
        try:
            self.runtime.start(container)
        except RuntimeFailure as failure:
            self._release(kept)
            text = str(failure).partition('unable to start container process: ')[2]
            status = NOT_FOUND if 'not found' in text or 'no such file' in text else NOT_EXECUTABLE
            raise DockerError(CREATE_FAILED + text, status) from None
        if kept.image.healthcheck.get('Test', ['NONE']) != ['NONE']:
            self.simulation.spawn(watch(kept, self.simulation, lambda argv: self._probe(kept, argv)), 'health')

    async def _probe(self, kept: Kept, argv: list[str]) -> int:
        try:
            return await self.exec(kept.id, argv, IO(BytesReader(), Capture(), Capture()), {})
        except DockerError:
            return 1

    def _publish(self, kept: Kept) -> None:
        """Listen on the machine for what is published. Raises DockerError."""
        assert kept.bridge is not None
        wanted = [published_port(text) for text in kept.creation.ports]
        network: Any = self.machine.network
        if kept.creation.publish_all:
            wanted += [('', network.free_port(), int(port.partition('/')[0]))
                       for port in kept.image.manifest.config.ports]
        kept.published = []
        for address, outer, inner in wanted:
            outer = outer or network.free_port()
            try:
                listener = network.listen(outer, forward(kept.bridge, inner, self.machine.hostname), address)
            except OSError:
                self._release(kept)
                raise DockerError(f'failed to set up container networking: driver failed programming external '
                                  f'connectivity on endpoint {kept.name} ({kept.id}): Bind for '
                                  f'{address or "0.0.0.0"}:{outer} failed: port is already allocated', 125) from None
            kept.sockets.append(listener.close)
            kept.published.append((address, outer, inner))

    def _release(self, kept: Kept) -> None:
        for close in kept.sockets:
            close()
        kept.sockets.clear()
        if kept.bridge is not None:
            self.networks_known.detach(kept.bridge)

    def _ended(self, kept: Kept, container: Container) -> None:
        self._release(kept)
        again = kept.creation.restart.partition(':')[0]
        if not kept.stopping and (again in ('always', 'unless-stopped') or
                                  (again == 'on-failure' and container.exit_code)):
            self.simulation.call_later(0.5, lambda: self.simulation.spawn(self.start(kept.id)) and None)
            return
        if kept.ended is not None and not kept.ended.done:
            kept.ended.resolve(container.exit_code)
        if kept.creation.remove:
            self.simulation.call_soon(self._forget, kept)

    def wait(self, name: str) -> Future[int]:
        kept = self._get(name)
        assert kept.ended is not None
        return kept.ended

    async def stop(self, name: str, timeout: float) -> None:
        kept = self._get(name)
        kept.stopping = True
        if kept.running:
            assert kept.container is not None
            await self.runtime.stop(kept.container, timeout)

    def kill(self, name: str, signal: str) -> None:
        kept = self._get(name)
        if not kept.running or kept.container is None or kept.container.main is None:
            raise DockerError(f'cannot kill container: {name}: container {kept.id} is not running')
        kept.stopping = True
        if signal == 'KILL':
            self.runtime.kill(kept.container)
        else:
            kept.container.main.signal(signal)

    def remove(self, name: str, force: bool, volumes: bool) -> None:
        kept = self._get(name)
        if kept.running and not force:
            raise DockerError(f'cannot remove container "/{kept.name}": container is running: stop the container '
                              'before removing or force remove')
        kept.stopping = True
        if kept.running:
            assert kept.container is not None
            self.runtime.kill(kept.container)
        self._forget(kept)
        for volume in kept.volumes if volumes else ():
            if len(volume) == 64:
                self.volumes_known.pop(volume, None)

    def _forget(self, kept: Kept) -> None:
        self.kept.pop(kept.id, None)
        self._files.pop(kept.id, None)

    # -- streams ------------------------------------------------------------------------------------------------

    def attach(self, name: str, io: IO, with_input: bool) -> Task[None]:
        """Bring what a container prints to a client, and what is typed to it; done when both streams have ended. A
        container that is not started yet is attached to as soon as it is."""
        kept, simulation = self._get(name), self.simulation
        out, err = Pipe(simulation), Pipe(simulation)
        if kept.running and kept.container is not None:
            kept.container.stdout.attach(out)
            kept.container.stderr.attach(err)
        else:
            self._attached.setdefault(kept.id, []).append((out, err))
        tasks = [simulation.spawn(pour(out, io.stdout)), simulation.spawn(pour(err, io.stderr))]
        feeding = simulation.spawn(self._feed(kept, io.stdin)) if with_input else None

        async def both() -> None:
            try:
                for task in tasks:
                    await task
            finally:
                for task in (*tasks, *([feeding] if feeding is not None else [])):
                    task.cancel()
        return simulation.spawn(both(), f'docker attach {kept.name}')

    async def _feed(self, kept: Kept, source: Reader) -> None:
        while kept.container is None or kept.container.stdin is None:
            await self.simulation.sleep(0.05)
        console = kept.container.console
        if console is None:
            await pour(source, kept.container.stdin, close=True)
            return
        with joined(getattr(source, 'terminal', None), console, console.resize):
            await pour(source, kept.container.stdin, close=True)

    async def exec(self, name: str, argv: list[str], io: IO, options: dict[str, Any]) -> int:
        kept = self._get(name)
        if not kept.running or kept.container is None:
            raise DockerError(f'container {kept.id} is not running')
        container, config = kept.container, kept.container.config
        before = (config.env, config.working_dir, config.uid, config.gid, config.user)
        uid, gid, user = user_of(config.manifest.root, options['user']) if options.get('user') else before[2:]
        config.env = {**config.env, **options.get('env', {})}
        config.working_dir = options.get('workdir') or config.working_dir
        config.uid, config.gid, config.user = uid, gid, user
        try:
            execution: Execution = self.runtime.exec(container, argv, options.get('interactive', False),
                                                     options.get('tty', False))
        except RuntimeFailure as failure:
            text = str(failure).partition(': OCI runtime')[2]
            status = NOT_FOUND if 'not found' in text or 'no such file' in text else NOT_EXECUTABLE
            raise DockerError(f'OCI runtime{text}', status) from None
        finally:
            config.env, config.working_dir, config.uid, config.gid, config.user = before
        if options.get('detach'):
            return 0
        return await self.runtime.communicate(execution, io)

    async def logs(self, name: str, io: IO, follow: bool, tail: int, timestamps: bool, since: float | None) -> None:
        kept, simulation = self._get(name), self.simulation
        if kept.container is None:
            return
        tasks = []
        for stream, writer in (('stdout', io.stdout), ('stderr', io.stderr)):
            pipe = Pipe(simulation)
            options = LogOptions(follow, timestamps, tail, -1, since, stream)
            tasks.append(simulation.spawn(copy_log(simulation, kept.container.log, options, pipe)))
            tasks.append(simulation.spawn(pour(pipe, writer)))
        await together(tasks)

    def copy(self, source: str, target: str) -> None:
        copying.copy(source, target, self.machine.files, self._get)

    # -- networks and volumes -----------------------------------------------------------------------------------

    def networks(self) -> list[dict[str, Any]]:
        return self.networks_known.all({name: [kept for kept in self.kept.values() if kept.running
                                               and name in kept.networks] for name in self.networks_known.names})

    def create_network(self, name: str) -> str:
        return self.networks_known.create(name, self.runtime.new_id())

    def remove_network(self, name: str) -> None:
        users = [kept for kept in self.kept.values() if name in kept.networks and kept.running]
        self.networks_known.remove(name, bool(users))

    def connect_network(self, network: str, container: str) -> None:
        self.networks_known.check(network)
        self._get(container).networks.append(network)

    def volumes(self) -> list[dict[str, Any]]:
        return [{'CreatedAt': self.simulation.timestamp(), 'Driver': 'local', 'Labels': None,
                 'Mountpoint': f'/var/lib/docker/volumes/{name}/_data', 'Name': name, 'Options': None,
                 'Scope': 'local'} for name in sorted(self.volumes_known)]

    def create_volume(self, name: str) -> str:
        name = name or self.runtime.new_id()
        if name not in self.volumes_known:
            self.volumes_known[name] = FileSystem(lambda: self.simulation.now)
        return name

    def remove_volume(self, name: str, force: bool) -> None:
        if name not in self.volumes_known:
            raise DockerError(f'get {name}: no such volume')
        user = next((kept.id for kept in self.kept.values() if name in kept.volumes), '')
        if user:
            raise DockerError(f'remove {name}: volume is in use - [{user}]')
        del self.volumes_known[name]

    # -- the rest -----------------------------------------------------------------------------------------------

    def prune(self, what: str) -> tuple[list[str], int]:
        """Remove what nobody uses: ids or names, and the bytes that came free."""
        if what == 'container':
            gone = [kept.id for kept in self.kept.values() if not kept.running]
            for identity in gone:
                self.remove(identity, False, False)
            return gone, 0
        if what == 'image':
            lost = [image for image in self.store.by_id.values() if not self.store.tags_of(image.id)]
            for image in lost:
                self.remove_image(image.id, True)
            return [f'deleted: {image.id}' for image in lost], sum(image.manifest.size for image in lost)
        used = {name for kept in self.kept.values() for name in kept.volumes}
        names = [name for name in self.volumes_known if name not in used]
        for name in names:
            del self.volumes_known[name]
        return names, 0

    def facts(self) -> dict[str, Any]:
        running = sum(kept.running for kept in self.kept.values())
        return {'version': VERSION, 'containers': len(self.kept), 'running': running,
                'images': len(self.store.by_id), 'name': self.machine.hostname}

    def shut_down(self) -> None:
        """The daemon ends, and its containers with it."""
        for kept in self.kept.values():
            kept.stopping = True
            if kept.running and kept.container is not None:
                self.runtime.kill(kept.container)
