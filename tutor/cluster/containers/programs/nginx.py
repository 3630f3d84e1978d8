"""nginx: serves files, returns, redirects and proxies as its configuration says, and logs as nginx does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tutor.cluster.containers.container import ContainerHost
from tutor.cluster.containers.executables import execute
from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService, fetch
from tutor.cluster.containers.programs import nginx_tls, nginxconf
from tutor.cluster.containers.programs.nginxconf import ConfigError, Location, Server, Settings
from tutor.shell.process import IO, Context, NameNotFound
from tutor.shell.vfs import Directory, File, FileSystem

MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
REASONS = {
    301: 'Moved Permanently', 302: 'Found', 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found',
    405: 'Not Allowed', 500: 'Internal Server Error', 502: 'Bad Gateway', 503: 'Service Temporarily Unavailable',
    504: 'Gateway Time-out',
}
WORKER = 29
MAX_REDIRECTS = 10
ENTRYPOINT_LINES = """\
/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration
/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/
/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh
{ipv6}/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh
/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh
/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh
/docker-entrypoint.sh: Configuration complete; ready for start up
"""
IPV6_OK = """\
10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf
10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf
"""
IPV6_DENIED = ('10-listen-on-ipv6-by-default.sh: info: can not modify /etc/nginx/conf.d/default.conf '
               '(read-only file system?)\n')
IPV6_MISSING = '10-listen-on-ipv6-by-default.sh: info: /etc/nginx/conf.d/default.conf is not a file or does not exist\n'
IPV6_DIFFERS = ('10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf\n'
                '10-listen-on-ipv6-by-default.sh: info: /etc/nginx/conf.d/default.conf differs from the packaged '
                'version\n')


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """/docker-entrypoint.sh: prepares the configuration, then goes on as the command."""
    if len(argv) > 1 and argv[1] in ('nginx', 'nginx-debug'):
        io.stdout.write(ENTRYPOINT_LINES.format(ipv6=_ipv6_lines(ctx)))
        return await main(argv[1:], io, ctx)
    return await execute(argv[1:], io, ctx)


def _ipv6_lines(ctx: Context) -> str:
    files = _files(ctx, '/etc/nginx')
    if files is not ctx.host.__dict__.get('_image'):
        if files.read_only or ctx.uid != 0:
            return IPV6_DENIED
        if not files.is_file('/etc/nginx/conf.d/default.conf'):
            return IPV6_MISSING
        if 'listen       80;' not in files.read_text('/etc/nginx/conf.d/default.conf'):
            return IPV6_DIFFERS
    return IPV6_OK if ctx.uid == 0 else IPV6_DENIED


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """nginx itself, as master process."""
    options = argv[1:]
    if '-v' in options or '-V' in options:
        io.stderr.write(f'nginx version: nginx/{_version(ctx)}\n')
        return 0
    if '-s' in options:
        return _send_signal(options, io, ctx)
    server = Nginx(io, ctx)
    try:
        server.load()
    except ConfigError as problem:
        return server.refuse(str(problem), '-t' in options)
    if '-t' in options or '-T' in options:
        io.stderr.write('nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n'
                        'nginx: configuration file /etc/nginx/nginx.conf test is successful\n')
        return 0
    process = ctx.host.processes.get(ctx.pid)
    if process is not None:
        process.argv = [f'nginx: master process {" ".join(argv)}']
    return await server.run()


def _send_signal(options: list[str], io: IO, ctx: Context) -> int:
    names = {'stop': 'TERM', 'quit': 'QUIT', 'reload': 'HUP', 'reopen': 'USR1'}
    wanted = options[options.index('-s') + 1:][:1]
    if not wanted or wanted[0] not in names:
        io.stderr.write(f'nginx: invalid option: "-s {"".join(wanted)}"\n')
        return 1
    io.stderr.write(f'{_stamp(ctx)} [notice] {ctx.pid}#{ctx.pid}: signal process started\n')
    master = ctx.host.processes.get(1)
    if master is not None:
        master.signal(names[wanted[0]])
    return 0


class Nginx:
    """One running nginx."""

    def __init__(self, io: IO, ctx: Context) -> None:
        self._io = io
        self._ctx = ctx
        self._settings: Settings | None = None
        self._listeners: dict[int, Any] = {}
        self._service = HttpService(self.respond)
        self._requests = 0
        self._connections = 0
        self._ended = ctx.simulation.future()

    # -- life ---------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Read the configuration. Raises ConfigError."""
        files = _files(self._ctx, '/etc/nginx')
        shared = files is self._ctx.host.__dict__.get('_image')
        settings = (nginxconf.load_shared if shared else nginxconf.load)(files)
        for name in settings.upstreams:
            if not settings.upstreams[name]:
                raise ConfigError(f'no servers are inside upstream in /etc/nginx/nginx.conf: {name}')
        self._settings = settings

    def refuse(self, problem: str, test: bool) -> int:
        self._io.stderr.write(f'{_stamp(self._ctx)} [emerg] 1#1: {problem}\nnginx: [emerg] {problem}\n')
        if test:
            self._io.stderr.write('nginx: configuration file /etc/nginx/nginx.conf test failed\n')
        return 1

    async def run(self) -> int:
        problem = self._cannot_write()
        if problem:
            return self.refuse(problem, False)
        try:
            self._listen()
        except ConfigError as failure:
            return self.refuse(str(failure), False)
        signals = self._ctx.signals
        signals['TERM'] = lambda: self._ended.resolve('signal 15 (SIGTERM) received, exiting')
        signals['INT'] = lambda: self._ended.resolve('signal 2 (SIGINT) received, exiting')
        signals['QUIT'] = lambda: self._ended.resolve('signal 3 (SIGQUIT) received, shutting down')
        signals['HUP'] = self._reload
        self._notice_start()
        try:
            why = await self._ended
            self._notice_end(why)
            return 0
        finally:
            for listener in self._listeners.values():
                listener.close()

    def _cannot_write(self) -> str:
        """Why nginx cannot make its temporary folders, '' when it can."""
        ctx = self._ctx
        folder = '/var/cache/nginx'
        if isinstance(ctx.host, ContainerHost) and ctx.host.peek(folder) is not ctx.host.__dict__.get('_image'):
            place = ctx.files.find(f'{folder}/client_temp')
            if place.read_only:
                return f'mkdir() "{folder}/client_temp" failed (30: Read-only file system)'
        if ctx.uid != 0 and not _writable(ctx, folder):
            return f'mkdir() "{folder}/client_temp" failed (13: Permission denied)'
        return ''

    def _listen(self) -> None:
        assert self._settings is not None
        network = self._ctx.host.network
        wanted = {port for server in self._settings.servers for port in server.ports}
        encrypted = {port for server in self._settings.servers for port in server.encrypted_on}
        if encrypted:
            self._service.plain = nginx_tls.plain_request(f'nginx/{_version(self._ctx)}')
        for port in [port for port in self._listeners if port not in wanted]:
            self._listeners.pop(port).close()
        for port in sorted(wanted):
            if port in self._listeners or network is None:
                continue
            tls = nginx_tls.certificates(self._settings.servers, port, self._ctx.files) if port in encrypted else None
            try:
                self._listeners[port] = network.listen(port, self._service, tls=tls)
            except OSError:
                raise ConfigError(f'bind() to 0.0.0.0:{port} failed (98: Address already in use)') from None

    def _reload(self) -> None:
        self._log('notice', 'signal 1 (SIGHUP) received, reconfiguring')
        self._log('notice', 'reconfiguring')
        try:
            self.load()
            self._listen()
        except ConfigError as problem:
            self._log('emerg', str(problem))

    def _notice_start(self) -> None:
        lines = ['using the "epoll" event method', f'nginx/{_version(self._ctx)}',
                 'built by gcc 12.2.0 (Debian 12.2.0-14+deb12u1) ', 'OS: Linux 6.8.0-79-generic',
                 'getrlimit(RLIMIT_NOFILE): 1048576:1048576', 'start worker processes',
                 f'start worker process {WORKER}', f'start worker process {WORKER + 1}']
        stamp = _stamp(self._ctx)
        self._io.stderr.write(''.join(f'{stamp} [notice] 1#1: {line}\n' for line in lines))

    def _notice_end(self, why: str) -> None:
        self._log('notice', why)
        for pid in (WORKER, WORKER + 1):
            words = 'gracefully shutting down' if 'QUIT' in why else 'exiting'
            for line in (words, 'exiting', 'exit') if 'QUIT' in why else (words, 'exit'):
                self._io.stderr.write(f'{_stamp(self._ctx)} [notice] {pid}#{pid}: {line}\n')
        for pid in (WORKER, WORKER + 1):
            self._log('notice', f'signal 17 (SIGCHLD) received from {pid}')
            self._log('notice', f'worker process {pid} exited with code 0')
        self._log('notice', 'exit')

    def _log(self, level: str, text: str) -> None:
        self._io.stderr.write(f'{_stamp(self._ctx)} [{level}] 1#1: {text}\n')

    # -- requests -----------------------------------------------------------------------------------------------

    async def respond(self, request: HttpRequest) -> HttpResponse:
        """Answer one request, and log it."""
        assert self._settings is not None
        self._requests += 1
        server = self._server(request)
        response = await self._answer(server, request, 0)
        response.headers = {'Server': f'nginx/{_version(self._ctx)}', 'Date': _date(self._ctx), **response.headers}
        self._access(server, request, response)
        return response

    def _server(self, request: HttpRequest) -> Server:
        assert self._settings is not None
        host, _, port = request.headers.get('host', '').partition(':')
        number = int(port) if port.isdigit() else 0
        servers = self._settings.servers
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
        assert self._settings is not None
        return HttpResponse(status, {'Content-Type': self._settings.default_type}, text.encode())

    async def _file(self, server: Server, location: Location, request: HttpRequest, depth: int) -> HttpResponse:
        if request.method not in ('GET', 'HEAD'):
            return self._page(405)
        root = location.value('root', '/etc/nginx/html')
        files = _files(self._ctx, root)
        if tries := location.values('try_files'):
            return await self._try(server, location, request, tries[-1], depth)
        path = root.rstrip('/') + request.path
        if alias := location.value('alias'):
            path = alias + request.path[len(location.pattern):]
        node = _node(files, path)
        if isinstance(node, Directory):
            if not request.path.endswith('/'):
                return self._redirect(301, f'http://{request.headers.get("host", "localhost")}{request.path}/')
            return self._index(location, request, files, path)
        return self._send(request, path, node)

    def _index(self, location: Location, request: HttpRequest, files: FileSystem, path: str) -> HttpResponse:
        names = [name for args in location.values('index') for name in args] or ['index.html']
        for name in names:
            node = _node(files, path.rstrip('/') + '/' + name)
            if isinstance(node, File):
                return self._send(request, path + name, node)
        if location.value('autoindex') == 'on':
            return _listing(request.path, files.listdir(path))
        self._error(request, f'directory index of "{path}" is forbidden')
        return self._page(403)

    async def _try(self, server: Server, location: Location, request: HttpRequest, tries: tuple[str, ...],
                   depth: int) -> HttpResponse:
        root = location.value('root', '/etc/nginx/html').rstrip('/')
        files = _files(self._ctx, root)
        for candidate in tries[:-1]:
            path = root + self._expand(candidate, request)
            node = _node(files, path.rstrip('/') or '/')
            if isinstance(node, File) and not path.endswith('/'):
                return self._send(request, path, node)
            if isinstance(node, Directory) and path.endswith('/'):
                return self._index(location, request, files, path)
        last = tries[-1]
        if last.startswith('='):
            return self._page(int(last[1:]))
        if last.startswith('@'):
            named = next((entry for entry in server.locations if entry.pattern == last), None)
            return await self._at(server, named, request, depth + 1) if named is not None else self._page(500)
        return await self._answer(server, replace(request, target=self._expand(last, request)), depth + 1)

    def _send(self, request: HttpRequest, path: str, node: Any) -> HttpResponse:
        assert self._settings is not None
        if not isinstance(node, File):
            self._error(request, f'open() "{path}" failed (2: No such file or directory)')
            return self._page(404)
        if self._ctx.uid == 0 and not node.mode & 0o004 and node.uid == 0:
            self._error(request, f'open() "{path}" failed (13: Permission denied)')
            return self._page(403)
        body = node.data()
        kind = self._settings.types.get(path.rpartition('.')[2], self._settings.default_type)
        modified = int(self._ctx.simulation.epoch.timestamp() + node.mtime)
        return HttpResponse(200, {'Content-Type': kind, 'Content-Length': str(len(body)),
                                  'Last-Modified': _http_date(self._ctx, node.mtime),
                                  'ETag': f'"{modified:x}-{len(body):x}"', 'Accept-Ranges': 'bytes'}, body)

    async def _proxy(self, location: Location, request: HttpRequest, target: str) -> HttpResponse:
        """Pass the request on to an upstream."""
        assert self._settings is not None
        network = self._ctx.host.network
        rest = self._expand(target, request).partition('://')[2]
        authority, slash, path = rest.partition('/')
        upstream = self._settings.upstreams.get(authority)
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
            'proxy_add_x_forwarded_for': request.client[0], 'nginx_version': _version(self._ctx),
            'time_local': _local_time(self._ctx), 'request': f'{request.method} {request.target} {request.version}',
            'date_local': _local_time(self._ctx), 'server_protocol': request.version,
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
                f'<hr><center>nginx/{_version(self._ctx)}</center>\r\n</body>\r\n</html>\r\n')
        return HttpResponse(status, {'Content-Type': 'text/html'}, body.encode())

    def _redirect(self, status: int, where: str) -> HttpResponse:
        response = self._page(status)
        response.headers['Location'] = where
        return response

    # -- logs ---------------------------------------------------------------------------------------------------

    def _access(self, server: Server, request: HttpRequest, response: HttpResponse) -> None:
        if server.top.value('access_log') == 'off':
            return
        head = request.headers
        size = 0 if request.method == 'HEAD' else len(response.body)
        self._io.stdout.write(
            f'{request.client[0]} - - [{_local_time(self._ctx)}] "{request.method} {request.target} {request.version}" '
            f'{response.status} {size} "{head.get("referer", "-")}" "{head.get("user-agent", "-")}" '
            f'"{head.get("x-forwarded-for", "-")}"\n')

    def _error(self, request: HttpRequest, text: str) -> None:
        server = self._server(request)
        self._io.stderr.write(
            f'{_stamp(self._ctx)} [error] {WORKER}#{WORKER}: *{self._requests} {text}, client: {request.client[0]}, '
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


def _files(ctx: Context, path: str) -> FileSystem:
    host = ctx.host
    return host.peek(path) if isinstance(host, ContainerHost) else host.files


def _node(files: FileSystem, path: str) -> Any:
    try:
        return files.find(path).node
    except OSError:
        return None


def _writable(ctx: Context, folder: str) -> bool:
    node = _node(_files(ctx, folder), folder)
    return node is not None and (node.uid == ctx.uid or bool(node.mode & 0o002))


def _version(ctx: Context) -> str:
    return ctx.env.get('NGINX_VERSION', '1.27.5')


def _stamp(ctx: Context) -> str:
    return ctx.simulation.wall().strftime('%Y/%m/%d %H:%M:%S')


def _local_time(ctx: Context) -> str:
    now = ctx.simulation.wall()
    return f'{now.day:02}/{MONTHS[now.month - 1]}/{now.year}:{now:%H:%M:%S} +0000'


def _date(ctx: Context) -> str:
    return _http_date(ctx, ctx.simulation.now)


def _http_date(ctx: Context, moment: float) -> str:
    from datetime import timedelta
    when = ctx.simulation.epoch + timedelta(seconds=moment)
    return f'{when:%a}, {when.day:02} {MONTHS[when.month - 1]} {when.year} {when:%H:%M:%S} GMT'
