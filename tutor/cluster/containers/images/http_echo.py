"""hashicorp/http-echo: answers every request with one text."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs.serving import go_flags, go_stamp, serve_go, text
from tutor.shell.process import IO, Context, Main


def _server(version: str) -> Main:
    async def run(argv: list[str], io: IO, ctx: Context) -> int:
        """http-echo -text=… -listen=:5678."""
        flags, rest = go_flags(argv[1:])
        if 'version' in flags:
            io.stderr.write(f'http-echo v{version}\n')
            return 0
        unknown = next((name for name in flags if name not in ('text', 'listen', 'status-code')), '')
        if unknown:
            io.stderr.write(f'flag provided but not defined: -{unknown}\nUsage of /http-echo:\n')
            return 2
        words = flags.get('text', ctx.env.get('ECHO_TEXT', '' if version.startswith('0') else 'hello-world'))
        if not words:
            io.stderr.write('Missing -text option!\n')
            return 127
        if rest:
            io.stderr.write('Too many arguments!\n')
            return 127
        address = flags.get('listen') or ':5678'
        status = int(flags.get('status-code') or 200)

        async def respond(request: HttpRequest) -> HttpResponse:
            own = request.path == '/health'
            answer = text('{"status":"ok"}\n' if own else f'{words}\n', 200 if own else status,
                          X_App_Name='http-echo', X_App_Version=version)
            client = f'{request.client[0]}:{request.client[1]}'
            if not own:
                io.stdout.write(
                    f'{go_stamp(ctx.simulation)} {request.headers.get("host", "")} {client} "{request.method} '
                    f'{request.target} {request.version}" {answer.status} {len(answer.body)} '
                    f'"{request.headers.get("user-agent", "")}" 20.521µs\n')
            return answer

        io.stdout.write(f'{go_stamp(ctx.simulation)} [INFO] server is listening on {address}\n')
        await serve_go(ctx, io, respond, int(address.rpartition(':')[2]))
        io.stdout.write(f'{go_stamp(ctx.simulation)} [INFO] received interrupt, shutting down...\n')
        return 0
    return run


class HttpEcho(Image):
    repository = 'hashicorp/http-echo'
    tags = {'latest': '1.0.0', '1.0': '1.0.0', '1.0.0': '1.0.0', '0.2.3': '0.2.3'}
    size = 2_877_302
    memory = 3 * 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'scratch'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('/http-echo',), environment={'PATH': PATH}, ports=('5678/tcp',))

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/http-echo': _server(self.version(tag))}
