"""Apache httpd: serves its document root, and logs as the image does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tutor.apimachinery.http.dates import http_date
from tutor.cluster.containers.container import ContainerHost
from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService
from tutor.cluster.containers.programs.waiting import until_ended
from tutor.shell.process import IO, Context
from tutor.shell.vfs import Directory, File, FileSystem

DAYS = ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')
MONTHS = ('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')
TYPES = {'html': 'text/html', 'htm': 'text/html', 'css': 'text/css', 'js': 'text/javascript', 'txt': 'text/plain',
         'json': 'application/json', 'png': 'image/png', 'svg': 'image/svg+xml'}
TITLES = {403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed'}
WORDS = {403: "You don't have permission to access this resource.",
         404: 'The requested URL was not found on this server.',
         405: 'The requested method {method} is not allowed for this URL.'}


Page = Callable[[HttpRequest, IO, Context], Awaitable[HttpResponse]]
"""What a page's program answers, such as PHP's."""


@dataclass(frozen=True, slots=True)
class Build:
    """One Apache as it was built: what it calls itself, where its files are, and the pages that are programs."""

    name: str
    software: str
    root: str
    conf: str
    module: str = 'mpm_event'
    pages: Mapping[str, Page] = field(default_factory=dict)
    """By path; one that ends with a slash is for all below it that is no file."""
    index: tuple[str, ...] = ('index.html',)
    combined: bool = False
    """Whether the log has referer and user agent too."""


def _own(ctx: Context) -> Build:
    return Build('httpd', f'Apache/{_version(ctx)} (Unix)', '/usr/local/apache2/htdocs',
                 '/usr/local/apache2/conf/httpd.conf')


async def foreground(argv: list[str], io: IO, ctx: Context) -> int:
    """httpd-foreground."""
    return await Httpd(_own(ctx), io, ctx).run()


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """httpd: its version, its test of the configuration, or the server itself."""
    if '-v' in argv:
        io.stdout.write(f'Server version: Apache/{_version(ctx)} (Unix)\nServer built:   Mar 17 2026 21:05:38\n')
        return 0
    if '-t' in argv:
        io.stderr.write('Syntax OK\n')
        return 0
    return await Httpd(_own(ctx), io, ctx).run()


class _Service(HttpService):
    """Apache's headers: that a connection stays open is not said, and the type comes last."""

    def finish(self, response: HttpResponse, keep: bool) -> None:
        kind = response.headers.pop('Content-Type', '')
        if response.status not in (204, 304):
            response.headers.setdefault('Content-Length', str(len(response.body)))
        response.headers |= {**({} if keep else {'Connection': 'close'}), **({'Content-Type': kind} if kind else {})}


class Httpd:
    """One running Apache."""

    def __init__(self, build: Build, io: IO, ctx: Context) -> None:
        self._build = build
        self._io = io
        self._ctx = ctx

    async def run(self) -> int:
        ctx, io = self._ctx, self._io
        address = (ctx.host.network.addresses or ['127.0.0.1'])[0] if ctx.host.network else '127.0.0.1'
        for _ in range(2):
            io.stderr.write(f"AH00558: {self._build.name}: Could not reliably determine the server's fully qualified "
                            f"domain name, using {address}. Set the 'ServerName' directive globally to suppress this "
                            'message\n')
        port = self._port()
        try:
            listener = ctx.host.network.listen(port, _Service(self.respond)) if ctx.host.network else None
        except OSError:
            io.stderr.write('(98)Address already in use: AH00072: make_sock: could not bind to address '
                            f'0.0.0.0:{port}\n'
                            'no listening sockets available, shutting down\nAH00015: Unable to open logs\n')
            return 1
        build, notice = self._build, f'{self._build.module}:notice'
        code = 'AH00489' if build.module == 'mpm_event' else 'AH00163'
        self._log(notice, f'{code}: {build.software} configured -- resuming normal operations')
        self._log('core:notice', f"AH00094: Command line: '{build.name} -D FOREGROUND'")
        try:
            signal = await until_ended(ctx, 'TERM', 'WINCH')
            term, winch = ('AH00491', 'AH00492') if build.module == 'mpm_event' else ('AH00169', 'AH00170')
            self._log(notice, f'{term}: caught SIGTERM, shutting down' if signal == 'TERM' else
                      f'{winch}: caught SIGWINCH, shutting down gracefully')
            return 0
        finally:
            if listener is not None:
                listener.close()

    def _port(self) -> int:
        try:
            text = _files(self._ctx, self._build.conf).read_text(self._build.conf)
        except OSError:
            return 80
        for line in text.splitlines():
            words = line.split()
            if len(words) > 1 and words[0] == 'Listen':
                last = words[1].rpartition(':')[2]
                return int(last) if last.isdigit() else 80
        return 80

    async def respond(self, request: HttpRequest) -> HttpResponse:
        """Answer one request, and log it."""
        response = await self._answer(request)
        response.headers = {'Date': http_date(self._ctx.simulation.wall()),
                            'Server': self._build.software.partition(' PHP')[0], **response.headers}
        size = len(response.body) if request.method != 'HEAD' else '-'
        now = self._ctx.simulation.wall()
        stamp = f'{now.day:02}/{MONTHS[now.month - 1]}/{now.year}:{now:%H:%M:%S} +0000'
        agent = f' "{request.headers.get("referer", "-")}" "{request.headers.get("user-agent", "-")}"'
        self._io.stdout.write(f'{request.client[0]} - - [{stamp}] "{request.method} {request.target} '
                              f'{request.version}" {response.status} {size}{agent if self._build.combined else ""}\n')
        return response

    async def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ('GET', 'HEAD', 'POST'):
            return _page(405, request)
        path = self._build.root + request.path
        node = self._node(path)
        if isinstance(node, Directory):
            names = [name for name in self._build.index if name in node.entries]
            if not names and '/' not in self._build.pages:
                return _listing(request.path, sorted(node.entries))
            path = f'{path.rstrip("/")}/{names[0] if names else ""}'
            node = self._node(path) if names else None
        program = self._program(path[len(self._build.root):], node)
        if program is not None:
            return await program(request, self._io, self._ctx)
        if not isinstance(node, File):
            return _page(404, request)
        body = node.data()
        kind = TYPES.get(path.rpartition('.')[2], 'text/plain')
        head = {'Accept-Ranges': 'bytes', 'Content-Length': str(len(body)), 'Content-Type': kind}
        return HttpResponse(200, head, body)

    def _node(self, path: str) -> object:
        try:
            return _files(self._ctx, path).find(path).node
        except OSError:
            return None

    def _program(self, path: str, node: object) -> Page | None:
        pages = self._build.pages
        if path in pages or isinstance(node, File):
            return pages.get(path)
        return next((page for place, page in pages.items() if place.endswith('/') and path.startswith(place)), None)

    def _log(self, module: str, text: str) -> None:
        now = self._ctx.simulation.wall()
        stamp = (f'{DAYS[now.weekday()]} {MONTHS[now.month - 1]} {now.day:02} {now:%H:%M:%S}.{now.microsecond:06} '
                 f'{now.year}')
        self._io.stderr.write(f'[{stamp}] [{module}] [pid 1:tid 1] {text}\n')


def _page(status: int, request: HttpRequest) -> HttpResponse:
    title, words = TITLES[status], WORDS[status].format(method=request.method)
    body = ('<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n'
            f'<title>{status} {title}</title>\n</head><body>\n<h1>{title}</h1>\n<p>{words}</p>\n</body></html>\n')
    return HttpResponse(status, {'Content-Type': 'text/html; charset=iso-8859-1'}, body.encode())


def _listing(path: str, names: list[str]) -> HttpResponse:
    rows = ''.join(f'<li><a href="{name}"> {name}</a></li>\n' for name in names)
    body = ('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n<html>\n'
            f' <head>\n  <title>Index of {path}</title>\n </head>\n <body>\n<h1>Index of {path}</h1>\n<ul>{rows}</ul>\n'
            '</body></html>\n')
    return HttpResponse(200, {'Content-Type': 'text/html;charset=ISO-8859-1'}, body.encode())


def _files(ctx: Context, path: str) -> FileSystem:
    return ctx.host.peek(path) if isinstance(ctx.host, ContainerHost) else ctx.files


def _version(ctx: Context) -> str:
    return ctx.env.get('HTTPD_VERSION', '2.4.66')
