"""Images that a lesson defines in its cluster file (key `define`): what such an image does, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tutor.apimachinery.quantity import as_float
from tutor.apimachinery.quantity import value as quantity_value
from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService
from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.simulation import Task
from tutor.shell.process import IO, Context, Main

PROGRAM = '/usr/local/bin/start'
REFUSED_CODE = 1
_variable = re.compile(r'\{(\w+)(?::(\w+))?\}')


class DefinedImage(Image):
    """One image of a cluster file; `definition` is its entry there, checked and with all defaults
    (`cluster.configfile.ImageDefinition`). What a tag says stands over what all tags have in common."""

    def __init__(self, name: str, definition: Mapping[str, Any]) -> None:
        self._common = definition
        self.repository = name
        self.tags = {tag: tag for tag in definition['tags']}
        self.size = quantity_value(definition['size'])
        self.memory = quantity_value(definition['memory'])
        self.cpu = as_float(definition['cpu'])

    def _of(self, tag: str) -> dict[str, Any]:
        own = {name: value for name, value in self._common['tags'].get(tag, {}).items() if value is not None}
        return {**self._common, **own, 'tag': tag}

    def userland(self, tag: str) -> str:
        return self._of(tag)['base']

    def config(self, tag: str) -> ImageConfig:
        found = self._of(tag)
        return ImageConfig(
            entrypoint=(PROGRAM,), environment={'PATH': PATH, **found['env']}, working_dir=found['workdir'],
            user=found['user'], ports=tuple(f'{port}/tcp' for port in (
                *(server['port'] for server in found['serve']), *found['accept'])))

    def files(self, tag: str) -> Mapping[str, str]:
        return self._of(tag)['files']

    def programs(self, tag: str) -> Mapping[str, Main]:
        definition = self._of(tag)

        async def run(argv: list[str], io: IO, ctx: Context) -> int:
            return await _Running(definition, io, ctx).run()
        return {PROGRAM: run}


class _Running:
    """One process of such an image."""

    def __init__(self, definition: Mapping[str, Any], io: IO, ctx: Context) -> None:
        self._definition = definition
        self._io = io
        self._ctx = ctx
        self._requests = 0
        self._begun = ctx.simulation.now
        self._ended = ctx.simulation.future()
        self._tasks: list[Task[None]] = []

    async def run(self) -> int:
        """Look for what it needs, start, and work until told to end, or until its own end."""
        problem = self._missing()
        if problem:
            self._io.stderr.write(self._filled(problem) + '\n')
            return REFUSED_CODE
        simulation, definition = self._ctx.simulation, self._definition
        stop = definition['stop']
        if not stop['ignore']:
            for name in ('TERM', 'INT'):
                self._ctx.signals[name] = lambda: self._ended.resolve(None)
        await simulation.sleep(definition['start'])
        for number, entry in enumerate(definition['logs']):
            self._log_entry(number, entry)
        self._listen()
        if definition['grow']:
            self._tasks.append(simulation.spawn(self._grow()))
        try:
            return await self._work()
        finally:
            for task in self._tasks:
                task.cancel()

    def _missing(self) -> str:
        """What it says when something that it needs is not there."""
        needs = self._definition['needs']
        for name in needs['env']:
            if not self._ctx.env.get(name):
                return needs['text'] or f'error: environment variable {name} is not set'
        for path in needs['files']:
            if not self._ctx.files.exists(path):
                return needs['text'] or f'error: open {path}: no such file or directory'
        return ''

    async def _work(self) -> int:
        simulation, end, stop = self._ctx.simulation, self._definition['exit'], self._definition['stop']
        if end is not None and not await simulation.within(end['after'], self._ended):
            if end['text']:
                (self._io.stderr if end['code'] else self._io.stdout).write(self._filled(end['text']) + '\n')
            return end['code']
        await self._ended
        await simulation.sleep(stop['takes'])
        if stop['text']:
            self._io.stdout.write(self._filled(stop['text']) + '\n')
        return stop['code']

    # -- what it says -------------------------------------------------------------------------------------------

    def _log_entry(self, number: int, entry: Mapping[str, Any]) -> None:
        stream = self._io.stderr if entry['error'] else self._io.stdout
        if not entry['every'] and not entry['after']:
            stream.write(self._filled(entry['text']) + '\n')
        else:
            self._tasks.append(self._ctx.simulation.spawn(self._repeat(entry, stream), f'log {number}'))

    async def _repeat(self, entry: Mapping[str, Any], stream: Any) -> None:
        await self._ctx.simulation.sleep(entry['after'] or entry['every'])
        count = 1
        while True:
            stream.write(self._filled(entry['text'], n=str(count)) + '\n')
            if not entry['every']:
                return
            await self._ctx.simulation.sleep(entry['every'])
            count += 1

    def _filled(self, text: str, **known: str) -> str:
        """{hostname}, {tag}, {time}, {uptime}, {env:NAME}, {file:…} and what `known` has; others stay as they are."""
        ctx = self._ctx

        def value(match: re.Match[str]) -> str:
            name, argument = match[1], match[2]
            if name == 'env' and argument:
                return ctx.env.get(argument, '')
            if name in known:
                return known[name]
            own = {'hostname': lambda: ctx.host.hostname, 'tag': lambda: self._definition['tag'],
                   'time': lambda: f'{ctx.simulation.wall():%Y-%m-%dT%H:%M:%SZ}',
                   'uptime': lambda: f'{ctx.simulation.now - self._begun:.0f}',
                   'requests': lambda: str(self._requests)}.get(name)
            return own() if own is not None else match[0]

        return _variable.sub(value, text)

    # -- what it answers ----------------------------------------------------------------------------------------

    def _listen(self) -> None:
        network = self._ctx.host.network
        if network is None:
            return
        for port in self._definition['accept']:
            network.listen(port, _hold)
        for server in self._definition['serve']:
            service = HttpService(lambda request, server=server: self._respond(server, request))
            network.listen(server['port'], service)

    async def _respond(self, server: Mapping[str, Any], request: HttpRequest) -> HttpResponse:
        self._requests += 1
        path = max((path for path in server['paths'] if _matches(path, request.path)), key=len, default=None)
        if path is None:
            return HttpResponse(404, {'Content-Type': 'text/plain; charset=utf-8'}, b'404 page not found\n')
        answer = server['paths'][path]
        lived = self._ctx.simulation.now - self._begun
        if lived < answer['after'] or (answer['until'] and lived >= answer['until']):
            return HttpResponse(503, {'Content-Type': 'text/plain; charset=utf-8'}, b'Service Unavailable\n')
        if answer['cpu']:
            await self._ctx.host.compute(as_float(answer['cpu']))
        if answer['takes']:
            await self._ctx.simulation.sleep(answer['takes'])
        body = self._filled(answer['text'], path=request.path, method=request.method, client=request.client[0],
                            body=request.body.decode('utf-8', 'replace'))
        if answer['log']:
            self._io.stdout.write(self._filled(answer['log'], path=request.path, method=request.method,
                                               client=request.client[0], status=str(answer['status'])) + '\n')
        return HttpResponse(answer['status'], {'Content-Type': answer['type'], **answer['headers']}, body.encode())

    # -- what it uses -------------------------------------------------------------------------------------------

    async def _grow(self) -> None:
        """Take more memory every second, until the limit ends it."""
        size, step = quantity_value(self._definition['memory']), quantity_value(self._definition['grow'])
        while self._ctx.host.allocate(self._ctx.pid, size):
            await self._ctx.simulation.sleep(1.0)
            size += step


async def _hold(connection: Any) -> None:
    """A connection of a protocol that is not simulated: it stays until the client goes."""
    while await connection.reader.read(65536):
        pass
    connection.close()


def _matches(pattern: str, path: str) -> bool:
    """A path is for itself; one that ends with a slash is for all below it too."""
    return path == pattern or (pattern.endswith('/') and path.startswith(pattern))
