"""Attaching to a container that runs, as attach, run and debug do, and waiting until it does."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.kubectl.pods import container_status
from tutor.kubectl.resource.info import Info
from tutor.kubectl.streams import StreamOptions, join
from tutor.kubectl.watching import MISSING, Deadline, events_of

PROMPT = "If you don't see a command prompt, try pressing enter.\n"
RECORDED = ('All commands and output from this session will be recorded in container logs, including credentials and '
            'sensitive information passed through the command prompt.\n')


async def attach(factory: Factory, pod: Object, container: str, streams: StreamOptions, quiet: bool = False) -> None:
    """Join the streams of a running container until it ends (AttachOptions.Run)."""
    meta = pod['metadata']
    if not quiet:
        factory.io.stderr.write(RECORDED + PROMPT)
    client = factory.client
    path = client.path('pods', meta.get('namespace', ''), meta['name'], 'attach')
    session = client.connect(path, **streams.query(container))
    await join(session, factory.ctx.simulation, streams)
    if streams.tty and not quiet:
        factory.io.stdout.write(_again(pod, container) + '\n')


def _again(pod: Object, container: str) -> str:
    """reattachMessage."""
    meta = pod['metadata']
    command = f"'kubectl attach {meta['name']} -c {container} -n {meta.get('namespace', '')} -i -t'"
    if any(spec['name'] == container for spec in pod['spec'].get('ephemeralContainers') or ()):
        return ('Session ended, the ephemeral container will not be restarted but may be reattached using '
                f'{command} if it is still running')
    return f'Session ended, resume using {command} command'


async def wait_for_container(factory: Factory, namespace: str, name: str, container: str,
                             tell: Callable[[str, str], None] | None = None) -> Object:
    """waitForContainer: the pod once the container runs or has ended; `tell` hears what it waits for."""
    info = Info(factory.client, factory.mapper.find('pods'), namespace, name)
    async for kind, pod in events_of(info, Deadline(factory.ctx.simulation, None)):
        if kind in (MISSING, 'DELETED'):
            raise KubectlError(f'pods "{name}" not found')
        state = (container_status(pod, container) or {}).get('state') or {}
        if 'running' in state or 'terminated' in state:
            return pod
        message = (state.get('waiting') or {}).get('message')
        if message and tell is not None:
            tell(container, message)
    raise KubectlError('timed out waiting for the condition')
