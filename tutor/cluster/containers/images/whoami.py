"""traefik/whoami: tells who answered, and what it was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs.serving import go_flags, go_stamp, serve_go, text
from tutor.shell.process import IO, Context, Main


async def whoami(argv: list[str], io: IO, ctx: Context) -> int:
    """whoami [-port PORT] [-name NAME]"""
    flags, _ = go_flags(argv[1:])
    port, name = flags.get('port') or ctx.env.get('WHOAMI_PORT_NUMBER') or '80', flags.get('name', '')
    addresses = ['127.0.0.1', '::1', *(ctx.host.network.addresses if ctx.host.network is not None else ())]

    async def respond(request: HttpRequest) -> HttpResponse:
        if request.path == '/health':
            return HttpResponse(200)
        headers = {key.title(): value for key, value in sorted(request.headers.items()) if key != 'host'}
        if request.path == '/api':
            found = {'hostname': ctx.host.hostname, 'ip': addresses, 'headers': {
                key: [value] for key, value in headers.items()}, 'url': request.target,
                'host': request.headers.get('host', ''), 'method': request.method}
            return HttpResponse(200, {'Content-Type': 'application/json'}, (json.dumps(found) + '\n').encode())
        lines = [*([f'Name: {name}'] if name else ()), f'Hostname: {ctx.host.hostname}',
                 *(f'IP: {address}' for address in addresses),
                 f'RemoteAddr: {request.client[0]}:{request.client[1]}',
                 f'{request.method} {request.target} {request.version}', f'Host: {request.headers.get("host", "")}',
                 *(f'{key}: {value}' for key, value in headers.items()), '']
        return text('\n'.join(lines) + '\n')

    io.stderr.write(f'{go_stamp(ctx.simulation)} Starting up on port {port}\n')
    return await serve_go(ctx, io, respond, int(port) if port.isdigit() else 80)


class Whoami(Image):
    repository = 'traefik/whoami'
    tags = {'latest': 'v1.11.0', 'v1.11': 'v1.11.0', 'v1.11.0': 'v1.11.0', 'v1.10': 'v1.10.4', 'v1.10.4': 'v1.10.4'}
    size = 2_900_000
    memory = 6 * 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'scratch'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('/whoami',), environment={'PATH': PATH}, ports=('80/tcp',))

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/whoami': whoami}
