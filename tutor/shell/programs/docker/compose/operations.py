"""What Compose does with a project: networks, volumes and containers are made, started, stopped and removed."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace

from tutor.shell.docker import BuildFailed, ContainerSummary, Creation, DockerEngine, DockerError
from tutor.shell.process import IO, Context
from tutor.shell.programs.docker.compose.model import COMPLETED, HEALTHY, ComposeError, Project, Service
from tutor.shell.streams import BytesReader, Capture

LABEL = 'com.docker.compose'
HEALTH_EVERY, HEALTH_TRIES = 2.0, 60
GRACE = 10.0


class Operations:
    """One project on one engine."""

    def __init__(self, project: Project, engine: DockerEngine, io: IO, ctx: Context) -> None:
        self.project = project
        self.engine = engine
        self._io = io
        self._ctx = ctx

    # -- looking ------------------------------------------------------------------------------------------------

    def containers(self, services: list[str] | None = None, everything: bool = True) -> list[ContainerSummary]:
        """The project's containers, by service and number."""
        found = [each for each in self.engine.containers(everything)
                 if each.labels.get(f'{LABEL}.project') == self.project.name
                 and each.labels.get(f'{LABEL}.oneoff') != 'True'
                 and (not services or each.labels[f'{LABEL}.service'] in services)]
        return sorted(found, key=lambda each: (each.labels[f'{LABEL}.service'], self._number(each)))

    @staticmethod
    def _number(each: ContainerSummary) -> int:
        return int(each.labels.get(f'{LABEL}.container-number', '1'))

    def chosen(self, names: list[str], profiles: list[str]) -> list[Service]:
        """The services of these names with what they depend on; all of the active profiles by default. Raises
        ComposeError."""
        services = self.project.services
        unknown = next((name for name in names if name not in services), '')
        if unknown:
            raise ComposeError(f'no such service: {unknown}')
        if not names:
            return [each for each in services.values() if not each.profiles or set(each.profiles) & set(profiles)]
        wanted: set[str] = set()
        pending = list(names)
        while pending:
            name = pending.pop()
            if name not in wanted:
                wanted.add(name)
                pending += services[name].depends_on
        return [each for each in services.values() if each.name in wanted]

    def say(self, kind: str, name: str, what: str) -> None:
        """A line of progress."""
        self._io.stderr.write(f' {kind} {name}  {what}\n')

    # -- up -----------------------------------------------------------------------------------------------------

    async def up(self, services: list[Service], build: bool, recreate: bool, start: bool = True) -> None:
        """Make everything as the file says. Raises ComposeError, DockerError."""
        for service in services:
            await self.provide(service, build)
        self._make_networks(services)
        self._make_volumes(services)
        for service in services:
            await self._wait_for(service)
            await self._scale(service, recreate, start)

    async def provide(self, service: Service, build: bool) -> None:
        """Have a service's image: built, or pulled."""
        if service.build is not None and (build or not self.engine.has_image(service.image)):
            try:
                await self.engine.build(replace(service.build), lambda step: None)
            except BuildFailed as failure:
                self._io.stderr.write(failure.report)
                raise ComposeError(f'failed to solve: {failure}') from None
            self.say('', service.name, 'Built')
        elif service.build is None and not self.engine.has_image(service.image):
            self.say('', service.name, 'Pulling')
            await self.engine.pull(service.image)
            self.say('', service.name, 'Pulled')

    def _make_networks(self, services: list[Service]) -> None:
        known = {each['Name'] for each in self.engine.networks()}
        for key in dict.fromkeys(network for service in services for network in service.networks):
            name = self.project.networks[key]
            if name in known:
                continue
            if name in self.project.external:
                raise ComposeError(f'network {name} declared as external, but could not be found')
            self.say('Network', name, 'Creating')
            self.engine.create_network(name)
            self.say('Network', name, 'Created')

    def _make_volumes(self, services: list[Service]) -> None:
        known = {each['Name'] for each in self.engine.volumes()}
        used = {bind.partition(':')[0] for service in services for bind in service.volumes}
        for key, name in self.project.volumes.items():
            if key not in used or name in known:
                continue
            if name in self.project.external:
                raise ComposeError(f'external volume "{name}" not found')
            self.say('Volume', name, 'Creating')
            self.engine.create_volume(name)
            self.say('Volume', name, 'Created')

    async def _wait_for(self, service: Service) -> None:
        """What a service depends on is as it wants it. Raises ComposeError."""
        for name, condition in service.depends_on.items():
            for each in self.containers([name]):
                if condition == COMPLETED:
                    self.say('Container', each.name, 'Waiting')
                    status = await self.engine.wait(each.id)
                    if status:
                        raise ComposeError(f'service "{name}" didn\'t complete successfully: exit {status}')
                    self.say('Container', each.name, 'Exited')
                elif condition == HEALTHY:
                    await self._wait_until_healthy(self.project.services[name], each)

    async def _wait_until_healthy(self, service: Service, each: ContainerSummary) -> None:
        if not service.health:
            raise ComposeError(f'dependency failed to start: container {each.name} has no healthcheck configured')
        self.say('Container', each.name, 'Waiting')
        for _ in range(HEALTH_TRIES):
            nowhere = IO(BytesReader(), Capture(), Capture())
            try:
                if not await self.engine.exec(each.id, service.health, nowhere, {}):
                    self.say('Container', each.name, 'Healthy')
                    return
            except DockerError:
                break
            await self._ctx.simulation.sleep(HEALTH_EVERY)
        self.say('Container', each.name, 'Error')
        raise ComposeError(f'dependency failed to start: container {each.name} is unhealthy')

    async def _scale(self, service: Service, recreate: bool, start: bool) -> None:
        """So many containers of a service as there are to be, all as the file says."""
        there = {self._number(each): each for each in self.containers([service.name])}
        for number in sorted(there, reverse=True):
            if number > service.replicas:
                await self._remove(there.pop(number), GRACE)
        wanted = self._digest(service)
        for number in range(1, service.replicas + 1):
            known = there.get(number)
            same = known is not None and known.labels.get(f'{LABEL}.config-hash') == wanted and not recreate
            if known is not None and same and known.state == 'running':
                self.say('Container', known.name, 'Running')
                continue
            name = known.name if known is not None else service.container_name or \
                f'{self.project.name}-{service.name}-{number}'
            if known is not None and not same:
                self.say('Container', name, 'Recreate')
                await self.engine.stop(known.id, GRACE)
                self.engine.remove(known.id, True, False)
            if known is None:
                self.say('Container', name, 'Creating')
            if not same:
                self.create(service, name, number, wanted)
                self.say('Container', name, 'Created' if known is None else 'Recreated')
            if start:
                self.say('Container', name, 'Starting')
                await self.engine.start(name)
                self.say('Container', name, 'Started')

    def create(self, service: Service, name: str, number: int, digest: str, **more: object) -> str:
        """One container of a service."""
        binds = [self._bind(bind) for bind in service.volumes]
        labels = {f'{LABEL}.project': self.project.name, f'{LABEL}.service': service.name,
                  f'{LABEL}.container-number': str(number), f'{LABEL}.config-hash': digest, **service.labels}
        networks = [self.project.networks[key] for key in service.networks] or [service.mode]
        creation = Creation(
            service.image, list(service.command), service.entrypoint, name, dict(service.env), binds,
            list(service.ports), network=networks[0], hostname=service.hostname, user=service.user,
            workdir=service.workdir, labels=labels, interactive=service.interactive, tty=service.tty,
            restart=service.restart, read_only=service.read_only, privileged=service.privileged,
            aliases=[service.name])
        identity = self.engine.create(replace(creation, **more))
        for network in networks[1:]:
            self.engine.connect_network(network, identity)
        return identity

    def _bind(self, bind: str) -> str:
        source, colon, rest = bind.partition(':')
        return f'{self.project.volumes.get(source, source)}{colon}{rest}'

    @staticmethod
    def _digest(service: Service) -> str:
        shown = {**asdict(service), 'build': None, 'replicas': 0}
        return hashlib.sha256(repr(sorted(shown.items())).encode()).hexdigest()

    # -- down ---------------------------------------------------------------------------------------------------

    async def stop(self, services: list[str], timeout: float) -> None:
        """Stop what runs, those first that others do not need."""
        order = list(self.project.services)
        for each in sorted(self.containers(services, False), key=lambda each: -order.index(
                each.labels[f'{LABEL}.service'])):
            self.say('Container', each.name, 'Stopping')
            await self.engine.stop(each.id, timeout)
            self.say('Container', each.name, 'Stopped')

    async def _remove(self, each: ContainerSummary, timeout: float) -> None:
        if each.state == 'running':
            self.say('Container', each.name, 'Stopping')
            await self.engine.stop(each.id, timeout)
            self.say('Container', each.name, 'Stopped')
        self.say('Container', each.name, 'Removing')
        self.engine.remove(each.id, True, False)
        self.say('Container', each.name, 'Removed')

    async def down(self, services: list[str], volumes: bool, timeout: float) -> None:
        """Take everything away again; volumes stay unless they are to go too."""
        order = list(self.project.services)
        found = sorted(self.containers(services), key=lambda each: -order.index(each.labels[f'{LABEL}.service'])
                       if each.labels[f'{LABEL}.service'] in order else 1)
        for each in found:
            await self._remove(each, timeout)
        if services:
            return
        known = {each['Name'] for each in self.engine.volumes()}
        for name in self.project.volumes.values() if volumes else ():
            if name in known and name not in self.project.external:
                self.say('Volume', name, 'Removing')
                self.engine.remove_volume(name, True)
                self.say('Volume', name, 'Removed')
        known = {each['Name'] for each in self.engine.networks()}
        for name in self.project.networks.values():
            if name in known and name not in self.project.external:
                self.say('Network', name, 'Removing')
                self.engine.remove_network(name)
                self.say('Network', name, 'Removed')
