"""What small HTTP servers have in common: their port, their end, and their log's time."""

from __future__ import annotations

from tutor.apimachinery.http.dates import http_date
from tutor.cluster.containers.http import Handler, HttpResponse, HttpService
from tutor.cluster.simulation import Condition, Simulation
from tutor.shell.process import IO, Context

TEXT = {'Content-Type': 'text/plain; charset=utf-8'}
GO_TERMINATED = 2
"""How a Go program without a handler ends as PID 1: its runtime gives up after raising the signal again."""


def text(body: str, status: int = 200, **headers: str) -> HttpResponse:
    """A plain text answer."""
    return HttpResponse(status, {**TEXT, **{name.replace('_', '-'): value for name, value in headers.items()}},
                        body.encode())


class GoService(HttpService):
    """The headers of net/http, in its order: what the program sets is sorted; a type that it does not set is found by
    the content and comes last."""

    def __init__(self, handler: Handler, simulation: Simulation, changes: Condition | None = None) -> None:
        super().__init__(handler, changes)
        self._simulation = simulation

    def finish(self, response: HttpResponse, keep: bool) -> None:
        """extraHeader.Write."""
        own, sniffed = dict(response.headers), {}
        if own.get('Content-Type') == TEXT['Content-Type'] and 'X-Content-Type-Options' not in own:
            if response.status >= 400 and response.body.endswith(b'\n'):
                own['X-Content-Type-Options'] = 'nosniff'  # http.Error
            else:
                sniffed = {'Content-Type': own.pop('Content-Type')} if response.body else {}
                own.pop('Content-Type', None)
        response.headers = dict(sorted(own.items()))
        response.headers['Date'] = http_date(self._simulation.wall())
        if response.status not in (204, 304):
            response.headers['Content-Length'] = str(len(response.body))
        response.headers |= {**sniffed, **({} if keep else {'Connection': 'close'})}


async def serve_go(ctx: Context, io: IO, handler: Handler, *ports: int) -> int:
    """net/http's ListenAndServe in a Go program: until a signal ends it."""
    assert ctx.host.network is not None
    for port in ports:
        try:
            ctx.host.network.listen(port, GoService(handler, ctx.simulation))
        except OSError:
            io.stderr.write(f'{go_stamp(ctx.simulation)} listen tcp :{port}: bind: address already in use\n')
            return 1
    return await until_terminated(ctx)


async def serve(ctx: Context, io: IO, handler: Handler, port: int) -> int:
    """A server that is not written in Go."""
    assert ctx.host.network is not None
    try:
        ctx.host.network.listen(port, HttpService(handler))
    except OSError:
        io.stderr.write(f'Error: listen EADDRINUSE: address already in use :::{port}\n')
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
