"""kuard: the demonstration server of "Kubernetes: Up and Running" (kubernetes-up-and-running/kuard)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.programs.serving import go_flags, go_stamp, serve_go, text
from tutor.shell.process import IO, Context, Main

PORT = 8080
STARS = '*' * 70
MEMORY = 8 * 1024 * 1024
HISTORY = 20
PAGE = """\
<!doctype html>

<html lang="en">
<head>
  <meta charset="utf-8">

  <title>KUAR Demo</title>
</head>
<body>
<script>
var pageContext = {context};
</script>
<div id="root"></div>
</body>
</html>
"""


def kuard(version: str) -> Main:
    """The program of one release; `version` has its colour too: v0.10.0-blue."""
    async def main(argv: list[str], io: IO, ctx: Context) -> int:
        flags, _ = go_flags(argv[1:])
        port = int(flags.get('address', f':{PORT}').rpartition(':')[2])
        server = _Kuard(argv, io, ctx, version)
        server.greet(port)
        return await serve_go(ctx, io, server.respond, port)
    return main


class _Probe:
    """A path that fails as often as it is told; below zero: always."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._fail_next = 0
        self._history: list[dict[str, Any]] = []

    def answer(self, when: str) -> HttpResponse:
        code, message = 200, 'ok'
        if self._fail_next > 0:
            self._fail_next -= 1
            code, message = 500, f'fail, {self._fail_next} left'
        elif self._fail_next < 0:
            code, message = 500, 'fail, permanent'
        number = self._history[0]['id'] + 1 if self._history else 1
        self._history = [{'id': number, 'when': when, 'relWhen': 'now', 'code': code}, *self._history][:HISTORY]
        return HttpResponse(code, {'Content-Type': 'text/plain'}, message.encode())

    def api(self, request: HttpRequest) -> HttpResponse:
        if request.method == 'PUT':
            try:
                self._fail_next = int(json.loads(request.body)['failNext'])
            except (ValueError, KeyError, TypeError) as error:
                return text(f'{error}\n', 400)
        return _json({'probePath': self._path, 'failNext': self._fail_next, 'history': self._history})


class _Kuard:
    def __init__(self, argv: list[str], io: IO, ctx: Context, version: str) -> None:
        self._argv, self._io, self._ctx, self._version = argv, io, ctx, version
        self._leaked = 0
        self._probes = {path: _Probe(path) for path in ('/healthy', '/ready')}
        self._pages: dict[str, Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]] = {
            '/': self._root, '/env/api': self._environment, '/mem/api': self._memory, '/mem/api/alloc': self._leak,
            '/mem/api/clear': self._clear}
        for path, probe in self._probes.items():
            self._pages[path] = lambda request, probe=probe: probe.answer(self._time())
            self._pages[f'{path}/api'] = lambda request, probe=probe: probe.api(request)

    def greet(self, port: int) -> None:
        config = json.dumps({'address': f':{port}', 'debug': False, 'debug-sitedata-dir': './sitedata', 'keygen': {
            'enable': False, 'exit-code': 0, 'exit-on-complete': False, 'memq-queue': '', 'memq-server': '',
            'num-to-gen': 0, 'time-to-run': 0}, 'liveness': {'fail-next': 0}, 'readiness': {'fail-next': 0},
            'tls-address': ':8443', 'tls-dir': '/tls'}, indent=2)
        for line in (f'Starting kuard version: {self._version}', STARS, '* WARNING: This server may expose sensitive',
                     '* and secret information. Be careful.', STARS, f'Config: \n{config}',
                     'Could not find certificates to serve TLS', f'Serving on HTTP on :{port}'):
            self._log(line)

    async def respond(self, request: HttpRequest) -> HttpResponse:
        self._log(f'{":".join(map(str, request.client))} {request.method} {request.target}')
        if request.path.startswith('/fs/'):
            return self._file(request.path.removeprefix('/fs'))
        page = self._pages.get(request.path)
        if page is None:
            return text('404 page not found\n', 404)
        found = page(request)
        return found if isinstance(found, HttpResponse) else await found

    def _root(self, request: HttpRequest) -> HttpResponse:
        network, host = self._ctx.host.network, request.headers.get('host', '')
        shown = '\r\n'.join(f'{name.title()}: {value}' for name, value in sorted(request.headers.items())
                            if name != 'host')
        context = {
            'urlBase': '', 'hostname': self._ctx.host.hostname, 'addrs': network.addresses if network else [],
            'version': self._version, 'versionColor': 'hsl(339,100%,50%)',
            'requestDump': f'{request.method} {request.target} HTTP/1.1\r\nHost: {host}\r\n{shown}'.strip(),
            'requestProto': 'HTTP/1.1', 'requestAddr': ':'.join(map(str, request.client))}
        return HttpResponse(200, {'Content-Type': 'text/html'},
                            PAGE.replace('{context}', json.dumps(context, separators=(',', ':'))).encode())

    def _environment(self, request: HttpRequest) -> HttpResponse:
        return _json({'commandLine': self._argv, 'env': dict(sorted(self._ctx.env.items()))})

    def _memory(self, request: HttpRequest) -> HttpResponse:
        used = MEMORY + self._leaked
        return _json({'memStats': {'Alloc': used, 'Sys': used}})

    async def _leak(self, request: HttpRequest) -> HttpResponse:
        size = parse_qs(request.query).get('size', [''])[0]
        if not size:
            return text('size not specified\n', 400)
        if not size.isdigit():
            return text('bad size param\n', 400)
        self._leaked += int(size)
        self._ctx.host.allocate(self._ctx.pid, MEMORY + self._leaked)
        return HttpResponse()

    async def _clear(self, request: HttpRequest) -> HttpResponse:
        self._leaked = 0
        self._ctx.host.allocate(self._ctx.pid, MEMORY)
        return HttpResponse()

    def _file(self, path: str) -> HttpResponse:
        """net/http's FileServer over the container's root."""
        files = self._ctx.files
        if files.is_dir(path):
            names = [f'{name}/' if files.is_dir(f'{path.rstrip("/")}/{name}') else name
                     for name in sorted(files.listdir(path))]
            links = ''.join(f'<a href="{name}">{name}</a>\n' for name in names)
            return HttpResponse(200, {'Content-Type': 'text/html; charset=utf-8'}, f'<pre>\n{links}</pre>\n'.encode())
        if not files.is_file(path):
            return text('404 page not found\n', 404)
        return HttpResponse(200, {'Content-Type': 'text/plain; charset=utf-8'}, files.read(path))

    def _time(self) -> str:
        return f'{self._ctx.simulation.wall():%Y-%m-%d %H:%M:%S}'

    def _log(self, line: str) -> None:
        self._io.stderr.write(f'{go_stamp(self._ctx.simulation)} {line}\n')


def _json(data: Any) -> HttpResponse:
    return HttpResponse(200, {'Content-Type': 'application/json'}, json.dumps(data, separators=(',', ':')).encode())
