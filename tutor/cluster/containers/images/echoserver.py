"""registry.k8s.io/echoserver: shows a request to who sent it."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs.serving import serve, text
from tutor.shell.process import IO, Context, Main

PORT = 8080
NEW = """\


Hostname: {host}

Pod Information:
{pod}

Server values:
\tserver_version=nginx: 1.14.2 - lua: 10015

Request Information:
\tclient_address={client}
\tmethod={method}
\treal path={target}
\tquery={query}
\trequest_version=1.1
\trequest_scheme=http
\trequest_uri=http://{authority}{target}

Request Headers:
{headers}

Request Body:
{body}

"""
OLD = """\
CLIENT VALUES:
client_address={client}
command={method}
real path={target}
query={query}
request_version=1.1
request_uri=http://{authority}{target}

SERVER VALUES:
server_version=nginx: 1.10.0 - lua: 10001

HEADERS RECEIVED:
{headers}
BODY:
{body}"""


def _server(old: bool) -> Main:
    async def run(argv: list[str], io: IO, ctx: Context) -> int:
        """run.sh: nginx with a Lua script."""
        async def respond(request: HttpRequest) -> HttpResponse:
            return text(_page(request, ctx, old), Server='echoserver')

        if not old:
            io.stdout.write('Generating self-signed cert\nStarting nginx\n')
        await serve(ctx, io, respond, PORT)
        return 0
    return run


def _page(request: HttpRequest, ctx: Context, old: bool) -> str:
    indent = '' if old else '\t'
    host = request.headers.get('host', '')
    body = request.body.decode('utf-8', 'replace')
    return (OLD if old else NEW).format(
        host=ctx.host.hostname, pod=_pod(ctx), client=request.client[0], method=request.method, target=request.target,
        query=request.query or ('nil' if old else ''), authority=f'{host.partition(":")[0]}:{PORT}',
        headers='\n'.join(f'{indent}{name}={value}  ' if not old else f'{name}={value}'
                          for name, value in sorted(request.headers.items())),
        body=(indent + body) if body else f'{indent}-no body in request-')


def _pod(ctx: Context) -> str:
    words = {'node name': 'NODE_NAME', 'pod name': 'POD_NAME', 'pod namespace': 'POD_NAMESPACE', 'pod IP': 'POD_IP'}
    if not any(ctx.env.get(name) for name in words.values()):
        return '\t-no pod information available-'
    return '\n'.join(f'\t{label}:\t{ctx.env.get(name, "")}' for label, name in words.items())


class Echoserver(Image):
    repository = 'registry.k8s.io/echoserver'
    tags = {version: version for version in ('1.0', '1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '1.8', '1.9',
                                             '1.10')}
    size = 36_544_311
    memory = 6 * 1024 * 1024

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/usr/local/bin/run.sh',), environment={'PATH': PATH},
                           ports=('8080/tcp', '8443/tcp'))

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/run.sh': _server(int(tag.partition('.')[2]) < 5)}
