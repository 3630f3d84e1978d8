"""All commands of docker: one entry each, with what it says of itself, its options and what does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from tutor.shell.programs.docker import containers, images, looking
from tutor.shell.programs.docker.call import Call

Work = Callable[[Call], Awaitable[int | None] | int | None]
"""Gives the exit status, None for 0. Raises DockerError, Complaint."""
LISTED = {'format': '=', 'no-trunc': '', 'quiet': 'q', 'filter': 'f'}


class Command(NamedTuple):
    """`letters` and `long` are its options as `programs.options.parse` reads them. It wants `least` arguments or more,
    or `exactly` so many."""

    about: str
    work: Work
    letters: str = ''
    long: Mapping[str, str] = {}
    least: int = 0
    exactly: int = 0
    common: bool = False
    """Whether it stands among the first in docker's help."""
    daemon: bool = True
    """Whether it is nothing without the daemon."""


def _each(call: Call) -> Awaitable[int]:
    return containers.each(call.name, call.engine, call.options, call.io, call.ctx)


async def _create(call: Call) -> None:
    await images.ensure(call.engine, call.words[0], call.options.get('pull', 'missing'), call.io)
    call.io.stdout.write(call.engine.create(await containers.creation(call.options, call.ctx)) + '\n')


def _commit(call: Call) -> None:
    name = call.words[1] if len(call.words) > 1 else ''
    call.io.stdout.write(call.engine.commit(call.words[0], name, call.options.get('m')) + '\n')


COMMANDS: Mapping[str, Command] = {
    'run': Command('Create and run a new container from an image',
                   lambda c: containers.run(c.engine, c.options, c.io, c.ctx), *containers.CREATE_OPTIONS, common=True),
    'exec': Command('Execute a command in a running container',
                    lambda c: containers.execute(c.engine, c.options, c.io, c.ctx), 'dite:u:w:',
                    {'detach': 'd', 'interactive': 'i', 'tty': 't', 'env': 'e', 'user': 'u', 'workdir': 'w',
                     'env-file': '=', 'privileged': ''}, common=True),
    'ps': Command('List containers', lambda c: containers.listing(c.engine, c.options, c.io, c.ctx), 'aqln:f:s',
                  {**LISTED, 'all': 'a', 'latest': 'l', 'last': 'n', 'size': 's'}, common=True),
    'build': Command('Build an image from a Dockerfile', lambda c: images.build(c.engine, c.options, c.io, c.ctx),
                     't:f:q', {'tag': 't', 'file': 'f', 'quiet': 'q', 'build-arg': '=', 'target': '=', 'no-cache': '',
                               'progress': '=', 'label': '=', 'pull': '', 'platform': '=', 'load': '', 'push': ''},
                     common=True),
    'pull': Command('Download an image from a registry',
                    lambda c: images.pull(c.engine, c.words[0], c.io, 'q' in c.options), 'qa',
                    {'quiet': 'q', 'all-tags': 'a', 'platform': '='}, least=1, common=True),
    'push': Command('Upload an image to a registry', lambda c: images.push(c.engine, c.options, c.io), 'qa',
                    {'quiet': 'q', 'all-tags': 'a'}, least=1, common=True),
    'images': Command('List images', lambda c: images.images(c.engine, c.options, c.io, c.ctx), 'aqf:',
                      {**LISTED, 'all': 'a', 'digests': ''}, common=True),
    'login': Command('Authenticate to a registry', lambda c: images.login(c.options, c.io, c.ctx), 'u:p:',
                     {'username': 'u', 'password': 'p', 'password-stdin': ''}, common=True),
    'logout': Command('Log out from a registry', lambda c: images.logout(c.options, c.io), common=True, daemon=False),
    'version': Command('Show the Docker version information', looking.version, 'f:', {'format': 'f'}, common=True,
                       daemon=False),
    'info': Command('Display system-wide information', looking.info, 'f:', {'format': 'f'}, common=True),
    'commit': Command("Create a new image from a container's changes", _commit, 'a:m:c:p',
                      {'author': 'a', 'message': 'm', 'change': 'c', 'pause': 'p'}, least=1),
    'cp': Command('Copy files/folders between a container and the local filesystem', looking.copy, exactly=2),
    'create': Command('Create a new container', _create, *containers.CREATE_OPTIONS, least=1),
    'history': Command('Show the history of an image', lambda c: images.history(c.engine, c.options, c.io, c.ctx), 'q',
                       LISTED, least=1),
    'inspect': Command('Return low-level information on Docker objects', looking.inspect, 'f:s',
                       {'format': 'f', 'type': '=', 'size': 's'}, least=1),
    'kill': Command('Kill one or more running containers', _each, 's:', {'signal': 's'}, least=1),
    'load': Command('Load an image from a tar archive or STDIN',
                    lambda c: images.load(c.engine, c.options, c.io, c.ctx), 'i:q', {'input': 'i', 'quiet': 'q'}),
    'logs': Command('Fetch the logs of a container',
                    lambda c: containers.logs(c.engine, c.options, c.io, c.ctx), 'fn:t',
                    {'follow': 'f', 'tail': 'n', 'timestamps': 't', 'since': '=', 'until': '=', 'details': ''},
                    least=1),
    'port': Command('List port mappings or a specific mapping for the container', looking.port, least=1),
    'rename': Command('Rename a container', lambda c: c.engine.rename(*c.words), exactly=2),
    'restart': Command('Restart one or more containers', _each, 't:', {'time': 't', 'timeout': 't'}, least=1),
    'rm': Command('Remove one or more containers', _each, 'fvl', {'force': 'f', 'volumes': 'v', 'link': 'l'}, least=1),
    'rmi': Command('Remove one or more images', _each, 'f', {'force': 'f', 'no-prune': ''}, least=1),
    'save': Command('Save one or more images to a tar archive (streamed to STDOUT by default)',
                    lambda c: images.save(c.engine, c.options, c.io, c.ctx), 'o:', {'output': 'o', 'platform': '='},
                    least=1),
    'start': Command('Start one or more stopped containers', _each, 'ai', {'attach': 'a', 'interactive': 'i'}, least=1),
    'stats': Command('Display a live stream of container(s) resource usage statistics',
                     lambda c: containers.stats(c.engine, c.options, c.io, c.ctx), 'a',
                     {**LISTED, 'all': 'a', 'no-stream': ''}),
    'stop': Command('Stop one or more running containers', _each, 't:s:', {'time': 't', 'timeout': 't', 'signal': 's'},
                    least=1),
    'tag': Command('Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE', lambda c: c.engine.tag(*c.words),
                   exactly=2),
    'top': Command('Display the running processes of a container', looking.top, least=1),
    'wait': Command('Block until one or more containers stop, then print their exit codes', _each, least=1),
}
GROUPS: Mapping[str, str] = {
    'container': 'Manage containers', 'image': 'Manage images', 'network': 'Manage networks', 'system': 'Manage Docker',
    'compose': 'Docker Compose', 'volume': 'Manage volumes'}
IN_GROUPS: Mapping[tuple[str, str], str] = {
    ('container', 'ls'): 'ps', ('container', 'ps'): 'ps', ('container', 'list'): 'ps', ('image', 'ls'): 'images',
    ('image', 'list'): 'images', ('image', 'rm'): 'rmi', ('image', 'remove'): 'rmi', ('builder', 'build'): 'build',
    ('buildx', 'build'): 'build', ('system', 'info'): 'info',
    **{('container', name): name for name in ('run', 'create', 'start', 'stop', 'restart', 'kill', 'rm', 'logs', 'exec',
                                              'inspect', 'cp', 'wait', 'port', 'top', 'stats', 'commit', 'rename')},
    **{('image', name): name for name in ('build', 'pull', 'push', 'tag', 'history', 'inspect', 'save', 'load')},
}
"""Commands that a group has too, under their own name or another."""
OPTIONS_IN_GROUPS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    'ls': ('aqf:', {**LISTED, 'all': 'a'}), 'inspect': ('f:s', {'format': 'f', 'type': '=', 'size': 's'}),
    'prune': ('af', {'all': 'a', 'force': 'f', 'volumes': '', 'filter': '='}), 'rm': ('f', {'force': 'f'}),
}
ABSENT = frozenset((
    'attach', 'config', 'context', 'diff', 'events', 'export', 'import', 'manifest', 'pause', 'plugin', 'scout',
    'search', 'secret', 'service', 'stack', 'swarm', 'trust', 'unpause', 'update', 'node', 'checkpoint', 'buildx',
    'builder'))
"""Commands of the real one that are not simulated."""
