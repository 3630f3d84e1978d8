"""What nginx answers to a request, by its configuration, and how it logs it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tutor.cluster.containers.http import HttpRequest, HttpResponse, fetch
from tutor.cluster.containers.logs import LogWriter
from tutor.cluster.containers.programs.nginx.conf import Location, Server, Settings
from tutor.cluster.containers.programs.nginx.surroundings import (
    date,
    files_of,
    local_time,
    log_stamp,
    node_at,
    shared,
    version,
)
from tutor.cluster.containers.recurring import Moments, Recurring
from tutor.shell.process import IO, Context, NameNotFound
from tutor.shell.vfs import Directory, File, FileSystem

REASONS = {
    301: 'Moved Permanently', 302: 'Found', 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found',
    405: 'Not Allowed', 500: 'Internal Server Error', 502: 'Bad Gateway', 503: 'Service Temporarily Unavailable',
    504: 'Gateway Time-out',
}
MAX_REDIRECTS = 10
VARYING = ('rewrite', 'return', 'proxy_pass', 'try_files', 'alias')
"""With one of these an answer may come from elsewhere than a file below the root."""


class Answers:
    """The workers of one nginx."""

    settings: Settings

    def __init__(self, io: IO, ctx: Context) -> None:
        self._io = io
        self._ctx = ctx
        self._requests = 0
        self._last: tuple[Server, HttpRequest, HttpResponse] | None = None
        """What was answered last from files that nobody can change."""
        self._repeated: list[Recurring] = []
        self.worker = 0
        """The process that says so in the log."""

    async def respond(self, request: HttpRequest) -> HttpResponse:
        """Answer one request, and log it."""
        for each in self._repeated:
            each.catch_up()
        self._requests += 1
        self._last = None
        server = self._server(request)
        response = await self._answer(server, request, 0)
        if self._fixed(server, request, response):
            self._last = server, request, response
        response.headers = {'Server': f'nginx/{version(self._ctx)}', 'Date': date(self._ctx), **response.headers}
        self._access(server, request, response)
        return response

    def _fixed(self, server: Server, request: HttpRequest, response: HttpResponse) -> bool:
        """Whether the answer is a file's, and can be no other while the configuration is the same."""
        location = _match(server, request.path) or server.top
        root = location.value('root', '/etc/nginx/html')
        return (response.status == 200 and not any(map(location.values, VARYING)) and not server.top.values('return')
                and 'stub_status' not in location.directives and shared(self._ctx, files_of(self._ctx, root)))

    def repeat(self, path: str, moments: Moments) -> Recurring | None:
        """Log the request for a path that was just answered again at these moments; None when the answer may become
        another."""
        stdout = self._io.stdout
        if self._last is None or not isinstance(stdout, LogWriter):
            return None
        server, request, response = self._last
        if request.target != path or server.top.value('access_log') == 'off':
            return None
        found = stdout.recur(moments, lambda moment: self._line(request, response, moment).encode(), self._count)
        if found is not None:
            self._repeated = [each for each in self._repeated if not each.over.done]
            self._repeated.append(found)
        return found

    def _count(self, requests: int) -> None:
        self._requests += requests

    def ask_again(self) -> None:
        """The answers may be others from now on."""
        self._last = None
        repeated, self._repeated = self._repeated, []
        for each in repeated:
            each.end()

    def _server(self, request: HttpRequest) -> Server:
        host, _, port = request.headers.get('host', '').partition(':')
        number = int(port) if port.isdigit() else 0
        servers = self.settings.servers
        here = [server for server in servers if number in server.ports] or servers
        for server in here:
            if host in server.names or any(n.startswith('*.') and host.endswith(n[1:]) for n in server.names):
                return server
        return next((server for server in here if number in server.default_on), here[0])

    async def _answer(self, server: Server, request: HttpRequest, depth: int) -> HttpResponse:
        if returned := server.top.values('return'):
            return self._return(returned[-1], request)
        location = _match(server, request.path) or server.top
        return await self._at(server, location, request, depth)

    async def _at(self, server: Server, location: Location, request: HttpRequest, depth: int) -> HttpResponse:
        if depth > MAX_REDIRECTS:
            return self._page(500)
        target = request
        for args in location.values('rewrite'):
            text = re.sub(r'\$(\d)', r'\\\1', args[1])
            target = replace(target, target=re.sub(args[0], text, target.target, count=1))
        if returned := location.values('return'):
            response = self._return(returned[-1], target)
        elif passed := location.value('proxy_pass'):
            response = await self._proxy(location, target, passed)
        elif 'stub_status' in location.directives:
            n = self._requests
            response = HttpResponse(200, {'Content-Type': 'text/plain'}, (
                f'Active connections: 1 \nserver accepts handled requests\n {n} {n} {n} \n'
                'Reading: 0 Writing: 1 Waiting: 0 \n').encode())
        else:
            response = await self._file(server, location, target, depth)
        return await self._finish(server, location, request, response, depth)

    async def _finish(self, server: Server, location: Location, request: HttpRequest, response: HttpResponse,
                      depth: int) -> HttpResponse:
        if response.status >= 400:
            for args in location.values('error_page'):
                if str(response.status) in args[:-1] and args[-1].startswith('/'):
                    page = await self._answer(server, replace(request, method='GET', target=args[-1]), depth + 1)
                    if page.status == 200:
                        page.status = response.status
                        return page
        for args in location.values('add_header'):
            if response.status < 400 or 'always' in args:
                response.headers[args[0]] = self._expand(args[1], request)
        return response

    def _return(self, args: tuple[str, ...], request: HttpRequest) -> HttpResponse:
        if not args[0].isdigit():
            return self._redirect(302, self._expand(args[0], request))
        status = int(args[0])
        text = self._expand(args[1], request) if len(args) > 1 else ''
        if status in (301, 302, 303, 307, 308):
            return self._redirect(status, text)
        if len(args) == 1 and status >= 300:
            return self._page(status)
        return HttpResponse(status, {'Content-Type': self.settings.default_type}, text.encode())

    async def _file(self, server: Server, location: Location, request: HttpRequest, depth: int) -> HttpResponse:
        if request.method not in ('GET', 'HEAD'):
            return self._page(405)
        root = location.value('root', '/etc/nginx/html')
        found = files_of(self._ctx, root)
        if tries := location.values('try_files'):
            return await self._try(server, location, request, tries[-1], depth)
        path = root.rstrip('/') + request.path
        if alias := location.value('alias'):
            path = alias + request.path[len(location.pattern):]
        node = node_at(found, path)
        if isinstance(node, Directory):
            if not request.path.endswith('/'):
                return self._redirect(301, f'http://{request.headers.get("host", "localhost")}{request.path}/')
            return self._index(location, request, found, path)
        return self._send(request, path, node)

    def _index(self, location: Location, request: HttpRequest, files: FileSystem, path: str) -> HttpResponse:
        names = [name for args in location.values('index') for name in args] or ['index.html']
        for name in names:
            node = node_at(files, path.rstrip('/') + '/' + name)
            if isinstance(node, File):
                return self._send(request, path + name, node)
        if location.value('autoindex') == 'on':
            return _listing(request.path, files.listdir(path))
        self._error(request, f'directory index of "{path}" is forbidden')
        return self._page(403)

    async def _try(self, server: Server, location: Location, request: HttpRequest, tries: tuple[str, ...],
                   depth: int) -> HttpResponse:
        root = location.value('root', '/etc/nginx/html').rstrip('/')
        found = files_of(self._ctx, root)
        for candidate in tries[:-1]:
            path = root + self._expand(candidate, request)
            node = node_at(found, path.rstrip('/') or '/')
            if isinstance(node, File) and not path.endswith('/'):
                return self._send(request, path, node)
            if isinstance(node, Directory) and path.endswith('/'):
                return self._index(location, request, found, path)
        last = tries[-1]
        if last.startswith('='):
            return self._page(int(last[1:]))
        if last.startswith('@'):
            named = next((entry for entry in server.locations if entry.pattern == last), None)
            return await self._at(server, named, request, depth + 1) if named is not None else self._page(500)
        return await self._answer(server, replace(request, target=self._expand(last, request)), depth + 1)

    def _send(self, request: HttpRequest, path: str, node: Any) -> HttpResponse:
        if not isinstance(node, File):
            self._error(request, f'open() "{path}" failed (2: No such file or directory)')
            return self._page(404)
        if self._ctx.uid == 0 and not node.mode & 0o004 and node.uid == 0:
            self._error(request, f'open() "{path}" failed (13: Permission denied)')
            return self._page(403)
        body = node.data()
        kind = self.settings.types.get(path.rpartition('.')[2], self.settings.default_type)
        modified = int(self._ctx.simulation.epoch.timestamp() + node.mtime)
        return HttpResponse(200, {'Content-Type': kind, 'Content-Length': str(len(body)),
                                  'Last-Modified': date(self._ctx, node.mtime),
                                  'ETag': f'"{modified:x}-{len(body):x}"', 'Accept-Ranges': 'bytes'}, body)

    async def _proxy(self, location: Location, request: HttpRequest, target: str) -> HttpResponse:
        """Pass the request on to an upstream."""
        network = self._ctx.host.network
        rest = self._expand(target, request).partition('://')[2]
        authority, slash, path = rest.partition('/')
        upstream = self.settings.upstreams.get(authority)
        chosen = upstream[self._requests % len(upstream)] if upstream else authority
        name, _, port = chosen.partition(':')
        passed = f'/{path}' + request.target[len(location.pattern):] if slash and not location.kind else request.target
        headers = {**request.headers, 'host': authority, 'connection': 'close'}
        for args in location.values('proxy_set_header'):
            headers[args[0].lower()] = self._expand(args[1], request)
        try:
            assert network is not None
            address = (await network.resolve(name))[0]
            found = await fetch(network, address, int(port or 80), replace(request, target=passed, headers=headers), 60)
        except NameNotFound:
            self._error(request, f'{name} could not be resolved (3: Host not found)')
            return self._page(502)
        except TimeoutError:
            self._error(request, 'upstream timed out (110: Operation timed out) while connecting to upstream')
            return self._page(504)
        except Exception:
            self._error(request, 'connect() failed (111: Connection refused) while connecting to upstream')
            return self._page(502)
        found.headers = {'-'.join(part.capitalize() for part in key.split('-')): value
                         for key, value in found.headers.items() if key not in ('connection', 'server', 'date')}
        return found

    def _expand(self, text: str, request: HttpRequest) -> str:
        """Variables in a value."""
        if '$' not in text:
            return text
        host = request.headers.get('host', '')
        values = {
            'uri': request.path, 'document_uri': request.path, 'request_uri': request.target, 'args': request.query,
            'query_string': request.query, 'is_args': '?' if request.query else '', 'host': host.partition(':')[0],
            'http_host': host, 'hostname': self._ctx.host.hostname, 'remote_addr': request.client[0],
            'remote_port': str(request.client[1]), 'request_method': request.method, 'scheme': 'http',
            'server_addr': (self._ctx.host.network.addresses or [''])[0] if self._ctx.host.network else '',
            'server_port': host.partition(':')[2] or '80', 'server_name': host.partition(':')[0],
            'proxy_add_x_forwarded_for': request.client[0], 'nginx_version': version(self._ctx),
            'time_local': local_time(self._ctx), 'request': f'{request.method} {request.target} {request.version}',
            'date_local': local_time(self._ctx), 'server_protocol': request.version,
            'connection': '1', 'request_id': '0' * 32,
        }

        def value(match: re.Match[str]) -> str:
            name = match.group(1) or match.group(2)
            if name.startswith('http_'):
                return request.headers.get(name[5:].replace('_', '-'), '')
            return values.get(name, '')

        return re.sub(r'\$(?:\{(\w+)\}|(\w+))', value, text)

    def _page(self, status: int) -> HttpResponse:
        """nginx's own page for a status."""
        title = f'{status} {REASONS.get(status, "")}'.rstrip()
        body = (f'<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n'
                f'<hr><center>nginx/{version(self._ctx)}</center>\r\n</body>\r\n</html>\r\n')
        return HttpResponse(status, {'Content-Type': 'text/html'}, body.encode())

    def _redirect(self, status: int, where: str) -> HttpResponse:
        response = self._page(status)
        response.headers['Location'] = where
        return response

    # -- logs ----------------------------------------------------------------------------------------------------------

    def _access(self, server: Server, request: HttpRequest, response: HttpResponse) -> None:
        if server.top.value('access_log') != 'off':
            self._io.stdout.write(self._line(request, response))

    def _line(self, request: HttpRequest, response: HttpResponse, moment: float | None = None) -> str:
        head = request.headers
        size = 0 if request.method == 'HEAD' else len(response.body)
        return (f'{request.client[0]} - - [{local_time(self._ctx, moment)}] '
                f'"{request.method} {request.target} {request.version}" '
                f'{response.status} {size} "{head.get("referer", "-")}" "{head.get("user-agent", "-")}" '
                f'"{head.get("x-forwarded-for", "-")}"\n')

    def _error(self, request: HttpRequest, text: str) -> None:
        server = self._server(request)
        self._io.stderr.write(
            f'{log_stamp(self._ctx)} [error] {self.worker}#{self.worker}: *{self._requests} {text}, '
            f'client: {request.client[0]}, '
            f'server: {(server.names or [""])[0]}, request: "{request.method} {request.target} {request.version}", '
            f'host: "{request.headers.get("host", "")}"\n')


def _match(server: Server, path: str) -> Location | None:
    """ngx_http_core_find_location: exact, then the longest prefix, unless a regular expression matches."""
    best: Location | None = None
    for location in server.locations:
        if location.kind == '=' and location.pattern == path:
            return location
        if location.kind in ('', '^~') and path.startswith(location.pattern) and (
                best is None or len(location.pattern) > len(best.pattern)):
            best = location
    if best is not None and best.kind == '^~':
        return best
    for location in server.locations:
        if location.kind in ('~', '~*') and re.search(location.pattern, path, re.I if location.kind == '~*' else 0):
            return location
    return best


def _listing(path: str, names: list[str]) -> HttpResponse:
    rows = ''.join(f'<a href="{name}">{name}</a>\r\n' for name in names)
    body = (f'<html>\r\n<head><title>Index of {path}</title></head>\r\n<body>\r\n<h1>Index of {path}</h1><hr><pre>'
            f'<a href="../">../</a>\r\n{rows}</pre><hr></body>\r\n</html>\r\n')
    return HttpResponse(200, {'Content-Type': 'text/html'}, body.encode())
