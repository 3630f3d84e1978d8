"""agnhost: one program with many small test servers (kubernetes/test/images/agnhost)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from errno import ECONNREFUSED
from urllib.parse import parse_qs

from tutor.cluster.containers.executables import StartFailure, find
from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.programs import agnhost_webhook
from tutor.cluster.containers.programs.serving import go_flags, go_stamp, serve_go, text, until_terminated
from tutor.cluster.simulation import Pipe
from tutor.shell.process import IO, Connection, Context, NameNotFound

Run = Callable[[dict[str, str], list[str], IO, Context], Awaitable[int]]
LIVE_FOR = 10.0


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """agnhost."""
    words = argv[1:]
    if not words or words[0] in ('help', '--help', '-h'):
        io.stdout.write('Usage:\n  app [command]\n\nAvailable Commands:\n'
                        + ''.join(f'  {name}\n' for name in sorted(COMMANDS)))
        return 0
    if words[0] == '--version':
        io.stdout.write('app version 2.59\n')
        return 0
    run = COMMANDS.get(words[0])
    if run is None:
        io.stderr.write(f'Error: unknown command "{words[0]}" for "app"\nRun \'app --help\' for usage.\n')
        return 1
    flags, rest = go_flags(words[1:])
    return await run(flags, rest, io, ctx)


async def pause(flags: dict[str, str], rest: list[str], io: IO, ctx: Context) -> int:
    """Waits; SIGTERM ends it."""
    io.stdout.write('Paused\n')
    return await until_terminated(ctx)


async def netexec(flags: dict[str, str], rest: list[str], io: IO, ctx: Context) -> int:
    """An HTTP server that tells about itself, and runs commands."""
    port, udp = int(flags.get('http-port') or 8080), int(flags.get('udp-port') or 8081)
    stamp = f'I{ctx.simulation.wall():%m%d %H:%M:%S.%f}       1 '
    io.stderr.write(f'{stamp}log.go:245] Started HTTP server on port {port}\n')
    if udp > 0:
        async def answer(question: object, client: str) -> object:
            return ctx.host.hostname

        ctx.network.listen_udp(udp, answer)
        io.stderr.write(f'{stamp}log.go:245] Started UDP server on port {udp}\n')
    return await serve_go(ctx, io, _Netexec(io, ctx).respond, port)


class _Netexec:
    def __init__(self, io: IO, ctx: Context) -> None:
        self._io = io
        self._ctx = ctx
        self._begun = ctx.simulation.now

    async def respond(self, request: HttpRequest) -> HttpResponse:
        ctx = self._ctx
        query = {name: values[0] for name, values in parse_qs(request.query, keep_blank_values=True).items()}
        self._io.stderr.write(f'I{ctx.simulation.wall():%m%d %H:%M:%S.%f}       1 log.go:245] '
                              f'{request.method} {request.path}\n')
        if request.path == '/shell':
            return text(await self._shell(query.get('cmd') or query.get('shellCommand') or ''))
        if request.path == '/exit':
            ctx.simulation.call_later(float(query.get('timeout', '0s').rstrip('s') or 0), self._exit)
            return text('')
        return self._plain(request, query)

    def _plain(self, request: HttpRequest, query: dict[str, str]) -> HttpResponse:
        ctx, path = self._ctx, request.path
        if path in ('/hostname', '/hostName'):
            return text(ctx.host.hostname)
        if path == '/clientip':
            return text(f'{request.client[0]}:{request.client[1]}')
        if path == '/echo':
            return text(query.get('msg', ''), int(query.get('code') or 200))
        if path == '/header':
            return text(request.headers.get(query.get('key', '').lower(), ''))
        if path in ('/healthz', '/readyz'):
            return text('')
        if path == '/redirect':
            return HttpResponse(int(query.get('code') or 302), {'Location': query.get('location', '/')})
        wall = ctx.simulation.wall()  # Go's monotonic clock begins with the process
        return text(f'NOW: {wall:%Y-%m-%d %H:%M:%S.%f} +0000 UTC m=+{ctx.simulation.now - self._begun:.9f}')

    async def _shell(self, command: str) -> str:
        """What a command prints, as JSON with its error."""
        ctx = self._ctx
        try:
            main, argv = find(ctx.host, ['/bin/sh', '-c', command], ctx.env, ctx.cwd)
        except StartFailure as failure:
            return json.dumps({'error': f'fork/exec {failure}', 'output': ''})
        output, nothing = Pipe(ctx.simulation), Pipe(ctx.simulation)
        nothing.close()
        process = ctx.host.start(main, argv, IO(nothing, output, output), ctx)
        process.exit.on_done(lambda _: output.close())
        said = (await output.read()).decode('utf-8', 'replace')
        status = await process.exit
        failed = {'error': f'exit status {status}'} if status else {}
        return json.dumps({**failed, 'output': said}, separators=(',', ':'))

    def _exit(self) -> None:
        handler = self._ctx.signals.get('TERM')
        if handler is not None:
            handler()


async def serve_hostname(flags: dict[str, str], rest: list[str], io: IO, ctx: Context) -> int:
    """Answers every request with the host's name."""
    async def respond(request: HttpRequest) -> HttpResponse:
        return text(ctx.host.hostname)

    port = int(flags.get('port') or 9376)
    io.stderr.write(f'I{ctx.simulation.wall():%m%d %H:%M:%S.%f}       1 log.go:245] '
                    f'Serving on port {port}.\n')
    return await serve_go(ctx, io, respond, port)


async def test_webserver(flags: dict[str, str], rest: list[str], io: IO, ctx: Context) -> int:
    """Serves the container's files on port 80."""
    async def respond(request: HttpRequest) -> HttpResponse:
        try:
            return HttpResponse(200, {}, ctx.files.read(request.path))
        except OSError:
            return text('404 page not found\n', 404)

    return await serve_go(ctx, io, respond, int(flags.get('port') or 80))


async def liveness(flags: dict[str, str], rest: list[str], io: IO, ctx: Context) -> int:
    """/healthz is well for ten seconds, and fails from then on."""
    begun = ctx.simulation.now

    async def respond(request: HttpRequest) -> HttpResponse:
        lived = ctx.simulation.now - begun
        if request.path == '/healthz':
            return text(f'error: {lived:.9f}', 500) if lived > LIVE_FOR else text('ok')
        return text(f'{lived:.9f}s') if request.path == '/started' else text('404 page not found\n', 404)

    return await serve_go(ctx, io, respond, 8080)


class HealthService:
    """What listens for gRPC and knows the health protocol: `health` gives the status of a service, None for one that
    is not known. Connections that speak anything else get no answer."""

    def __init__(self, health: Callable[[str], str | None]) -> None:
        self.health = health

    async def __call__(self, connection: Connection) -> None:
        await connection.reader.read()


async def grpc_health_checking(flags: dict[str, str], rest: list[str], io: IO, ctx: Context) -> int:
    """Serves for --delay-unhealthy-sec, and then no more; /make-not-serving and /make-serving force either."""
    port, service = int(flags.get('port') or 5000), flags.get('service') or ''
    delay, started = int(flags.get('delay-unhealthy-sec') or -1), ctx.simulation.now
    forced: list[bool] = []

    def log(line: str) -> None:
        io.stderr.write(f'{go_stamp(ctx.simulation)} {line}\n')

    def health(wanted: str) -> str | None:
        if wanted != service:
            return None
        late = delay >= 0 and ctx.simulation.now - started > delay
        return 'NOT_SERVING' if (forced[-1] if forced else late) else 'SERVING'

    async def respond(request: HttpRequest) -> HttpResponse:
        if request.path not in ('/make-not-serving', '/make-serving'):
            return text('404 page not found\n', 404)
        forced.append(request.path == '/make-not-serving')
        log('Mark as unhealthy' if forced[-1] else 'Mark as healthy')
        return text(f'{ctx.simulation.now - started:.9f}s')

    assert ctx.host.network is not None
    http_port = int(flags.get('http-port') or 8080)
    log(f'Http server starting to listen on :{http_port}')
    ctx.host.network.listen(port, HealthService(health))
    log(f'gRPC server starting to listen on :{port}')
    return await serve_go(ctx, io, respond, http_port)


async def connect(flags: dict[str, str], rest: list[str], io: IO, ctx: Context) -> int:
    """Tries one connection: silent when it works, else one word says why not."""
    if len(rest) != 1:
        io.stderr.write(f'Error: accepts 1 arg(s), received {len(rest)}\n')
        return 1
    host, _, port = rest[0].rpartition(':')
    network = ctx.host.network
    assert network is not None
    if not host or not port.isdigit():
        io.stderr.write(f'DNS: address {rest[0]}: missing port in address\n')
        return 1
    seconds = float(flags.get('timeout', '').rstrip('s') or 30)
    try:
        connection: Connection = await network.connect((await network.resolve(host))[0], int(port), seconds)
        connection.close()
        return 0
    except NameNotFound:
        io.stderr.write(f'DNS: lookup {host}: no such host\n')
    except TimeoutError:
        io.stderr.write('TIMEOUT\n')
    except OSError as problem:
        io.stderr.write('REFUSED\n' if problem.errno == ECONNREFUSED else f'OTHER: {problem.strerror}\n')
    return 1


async def logs_generator(flags: dict[str, str], rest: list[str], io: IO, ctx: Context) -> int:
    """Writes lines that look like an API server's, evenly over a time."""
    total = int(flags.get('log-lines-total') or flags.get('t') or 0)
    seconds = _seconds(flags.get('run-duration') or flags.get('d') or '0')
    for number in range(total):
        namespace = ('kube-system', 'default', 'ns')[ctx.simulation.random.randrange(3)]
        io.stdout.write(f'I{ctx.simulation.wall():%m%d %H:%M:%S.%f}       1 logs_generator.go:76] {number} '
                        f'GET /api/v1/namespaces/{namespace}/pods/{_word(ctx)} '
                        f'{200 + ctx.simulation.random.randrange(400)}\n')
        await ctx.simulation.sleep(seconds / total)
    return 0


def _seconds(duration: str) -> float:
    units = {'h': 3600, 'm': 60, 's': 1}
    return float(duration[:-1]) * units[duration[-1]] if duration[-1:] in units else float(duration or 0)


def _word(ctx: Context) -> str:
    return ''.join(ctx.simulation.random.choice('bcdfghjklmnpqrstvwxz2456789') for _ in range(4))


async def dns_suffix(flags: dict[str, str], rest: list[str], io: IO, ctx: Context) -> int:
    """The search path of names."""
    io.stdout.write(','.join(_resolv(ctx, 'search')) + '\n')
    return await until_terminated(ctx) if not rest else 0


async def dns_server_list(flags: dict[str, str], rest: list[str], io: IO, ctx: Context) -> int:
    """The servers of names."""
    io.stdout.write(','.join(_resolv(ctx, 'nameserver')) + '\n')
    return 0


def _resolv(ctx: Context, keyword: str) -> list[str]:
    lines = [line.split() for line in ctx.files.read_text('/etc/resolv.conf').splitlines()]
    return [word for words in lines if words[:1] == [keyword] for word in words[1:]]


async def etc_hosts(flags: dict[str, str], rest: list[str], io: IO, ctx: Context) -> int:
    """/etc/hosts."""
    io.stdout.write(ctx.files.read_text('/etc/hosts'))
    return 0


async def entrypoint_tester(flags: dict[str, str], rest: list[str], io: IO, ctx: Context) -> int:
    """The arguments it was given."""
    io.stdout.write(f'[/agnhost entrypoint-tester{"".join(f" {word}" for word in rest)}]\n')
    return 0


COMMANDS: dict[str, Run] = {
    'connect': connect, 'dns-server-list': dns_server_list, 'dns-suffix': dns_suffix,
    'entrypoint-tester': entrypoint_tester, 'etc-hosts': etc_hosts,
    'grpc-health-checking': grpc_health_checking, 'liveness': liveness,
    'logs-generator': logs_generator, 'netexec': netexec, 'pause': pause, 'serve-hostname': serve_hostname,
    'test-webserver': test_webserver, 'webhook': agnhost_webhook.main,
}
