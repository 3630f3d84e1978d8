"""resource-consumer: uses as much CPU and memory as it is asked for (kubernetes/test/images/resource-consumer)."""

from __future__ import annotations

from urllib.parse import parse_qs

from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.programs.serving import go_flags, serve_go, text
from tutor.shell.process import IO, Context

PORT = 8080
MEGABYTE = 1024 * 1024
AMOUNTS = {'/ConsumeCPU': ('millicores', 'consume-cpu'), '/ConsumeMem': ('megabytes', 'stress')}
"""What each path is asked for, and the program that does it."""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """consumer."""
    flags, _ = go_flags(argv[1:])

    async def respond(request: HttpRequest) -> HttpResponse:
        return _respond(request, io, ctx)

    return await serve_go(ctx, io, respond, int(flags.get('port') or PORT))


def _respond(request: HttpRequest, io: IO, ctx: Context) -> HttpResponse:
    """ResourceConsumerHandler.ServeHTTP."""
    if request.method != 'POST':
        return text('Bad request. Not a POST request\n', 400)
    if request.path not in AMOUNTS:
        return text('unknown function\n', 404)
    unit, program = AMOUNTS[request.path]
    form = parse_qs(request.body.decode('utf-8', 'replace') + '&' + request.query)
    given = [form.get(name, [''])[0] for name in (unit, 'durationSec')]
    if not all(given):
        return text('not given function argument\n', 400)
    if not all(word.lstrip('-').isdigit() for word in given):
        return text('incorrect function argument\n', 400)
    amount, seconds = map(int, given)
    _start(program, unit, amount, seconds, io, ctx)
    return text(f'{request.path[1:]}\n{amount} {unit}\n{seconds} durationSec\n')


def _start(program: str, unit: str, amount: int, seconds: int, io: IO, ctx: Context) -> None:
    async def consume(argv: list[str], io: IO, ctx: Context) -> int:
        if unit == 'millicores':
            ctx.host.burn(ctx.pid, amount / 1000)
        elif not ctx.host.allocate(ctx.pid, amount * MEGABYTE):
            return 137
        await ctx.simulation.sleep(seconds)
        ctx.host.burn(ctx.pid, 0.0)
        ctx.host.allocate(ctx.pid, 0)
        return 0

    ctx.host.start(consume, [program], io, ctx)
