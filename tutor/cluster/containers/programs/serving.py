"""What small HTTP servers have in common: their port, their end, and their log's time."""

from __future__ import annotations

from tutor.cluster.containers.http import Handler, HttpResponse, HttpService
from tutor.cluster.simulation import Simulation
from tutor.shell.process import IO, Context

TEXT = {'Content-Type': 'text/plain; charset=utf-8'}
GO_TERMINATED = 2
"""How a Go program without a handler ends as PID 1: its runtime gives up after raising the signal again."""


def text(body: str, status: int = 200, **headers: str) -> HttpResponse:
    """A plain text answer."""
    return HttpResponse(status, {**TEXT, **{name.replace('_', '-'): value for name, value in headers.items()}},
                        body.encode())


async def serve_go(ctx: Context, io: IO, handler: Handler, *ports: int) -> int:
    """net/http's ListenAndServe in a Go program: until a signal ends it."""
    assert ctx.host.network is not None
    for port in ports:
        try:
            ctx.host.network.listen(port, HttpService(handler))
        except OSError:
            io.stderr.write(f'{go_stamp(ctx.simulation)} listen tcp :{port}: bind: address already in use\n')
            return 1
    return await until_terminated(ctx)


async def until_terminated(ctx: Context, code: int = GO_TERMINATED) -> int:
    """Wait for SIGTERM or SIGINT, and give an exit code."""
    ended = ctx.simulation.future()
    for name in ('TERM', 'INT'):
        ctx.signals[name] = lambda: ended.resolve(None)
    await ended
    return code


def go_stamp(simulation: Simulation) -> str:
    """The time as Go's log package writes it."""
    return f'{simulation.wall():%Y/%m/%d %H:%M:%S}'


def go_flags(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """--name=value, --name value and -name=value, and the words that are none of them."""
    flags: dict[str, str] = {}
    rest: list[str] = []
    pending = list(words)
    while pending:
        word = pending.pop(0)
        if not word.startswith('-') or word == '-':
            rest.append(word)
            continue
        name, equals, value = word.lstrip('-').partition('=')
        if not equals and pending and not pending[0].startswith('-'):
            value = pending.pop(0)
        flags[name] = value
    return flags, rest
