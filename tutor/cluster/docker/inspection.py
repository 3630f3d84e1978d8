"""What `docker inspect` shows of an image or a container."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from tutor.cluster.simulation import Simulation

if TYPE_CHECKING:
    from tutor.cluster.docker.images import LocalImage
    from tutor.cluster.docker.kept import Kept

NEVER = '0001-01-01T00:00:00Z'


def stamp(simulation: Simulation, moment: float | None) -> str:
    """RFC 3339 with nanoseconds."""
    if moment is None:
        return NEVER
    when = simulation.epoch.astimezone(UTC) + timedelta(seconds=moment)
    return when.strftime('%Y-%m-%dT%H:%M:%S.%f') + '000Z'


def describe_image(image: LocalImage, tags: list[str], simulation: Simulation) -> dict[str, Any]:
    config = image.manifest.config
    return {
        'Id': image.id, 'RepoTags': tags, 'RepoDigests': [f'{image.manifest.repository}@{image.manifest.digest}'],
        'Comment': 'buildkit.dockerfile.v0', 'Created': stamp(simulation, image.created),
        'Config': {
            'User': config.user, 'ExposedPorts': {port: {} for port in config.ports} or None,
            'Env': [f'{name}={value}' for name, value in config.environment.items()],
            'Cmd': list(config.command) or None, 'Entrypoint': list(config.entrypoint) or None,
            'WorkingDir': config.working_dir, 'Volumes': {path: {} for path in config.volumes} or None,
            'Labels': image.labels or None, 'StopSignal': f'SIG{config.stop_signal}',
            **({'Healthcheck': image.healthcheck} if image.healthcheck else {}),
            **({'OnBuild': image.triggers} if image.triggers else {})},
        'Architecture': 'amd64', 'Os': 'linux', 'Size': image.manifest.size,
        'GraphDriver': {'Name': 'overlay2'}, 'RootFS': {'Type': 'layers', 'Layers': [
            layer.id for layer in reversed(image.layers) if layer.size]}}


def describe_container(kept: Kept, simulation: Simulation) -> dict[str, Any]:
    container, creation = kept.container, kept.creation
    config = kept.image.manifest.config
    state = 'created' if container is None else {'running': 'running', 'exited': 'exited'}.get(container.state,
                                                                                               'created')
    address = kept.bridge.stack.address if kept.running and kept.bridge is not None else ''
    ports = {f'{inner}/tcp': [{'HostIp': outer_address or '0.0.0.0', 'HostPort': str(outer)}]
             for outer_address, outer, inner in kept.published} if kept.running else {}
    command = creation.command or list(config.command)
    entrypoint = creation.entrypoint if creation.entrypoint is not None else list(config.entrypoint)
    words = [*entrypoint, *command]
    return {
        'Id': kept.id, 'Created': stamp(simulation, kept.created), 'Path': words[0] if words else '',
        'Args': words[1:],
        'State': {'Status': state, 'Running': state == 'running', 'Paused': False, 'Restarting': False,
                  'OOMKilled': container is not None and container.reason == 'OOMKilled', 'Dead': False,
                  'Pid': container.main.pid if container and container.main and kept.running else 0,
                  'ExitCode': container.exit_code if container else 0, 'Error': '',
                  'StartedAt': stamp(simulation, container.started_at if container else None),
                  'FinishedAt': stamp(simulation, container.finished_at if container else None),
                  **({'Health': {'Status': kept.health}} if kept.health else {})},
        'Image': kept.image.id, 'Name': f'/{kept.name}', 'RestartCount': 0, 'Driver': 'overlay2',
        'HostConfig': {'Binds': creation.binds or None, 'NetworkMode': creation.network,
                       'RestartPolicy': {'Name': creation.restart, 'MaximumRetryCount': 0},
                       'AutoRemove': creation.remove, 'Privileged': creation.privileged, 'Memory': creation.memory,
                       'ReadonlyRootfs': creation.read_only},
        'Config': {'Hostname': creation.hostname or kept.id[:12], 'User': creation.user or config.user,
                   'Tty': creation.tty, 'OpenStdin': creation.interactive,
                   'Env': [f'{name}={value}' for name, value in {**creation.env, **config.environment}.items()],
                   'Cmd': command or None, 'Image': creation.image, 'WorkingDir': creation.workdir or
                   config.working_dir, 'Entrypoint': entrypoint or None,
                   'Labels': {**kept.image.labels, **creation.labels}},
        'NetworkSettings': {'Ports': ports, 'IPAddress': address, 'Networks': {
            name: {'IPAddress': address, 'IPPrefixLen': 16} for name in kept.networks}},
        'Mounts': [
            {'Type': 'volume', 'Name': bind.source, 'Source': f'/var/lib/docker/volumes/{bind.source}/_data',
             'Destination': bind.target, 'Driver': 'local', 'Mode': 'z', 'RW': not bind.read_only, 'Propagation': ''}
            if bind.is_volume else
            {'Type': 'bind', 'Source': bind.source, 'Destination': bind.target, 'Mode': 'ro' if bind.read_only else '',
             'RW': not bind.read_only, 'Propagation': 'rprivate'} for bind in kept.mounts]}
