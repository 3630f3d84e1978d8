"""Apache httpd: serves its document root, and logs as the image does."""

from __future__ import annotations

from tutor.cluster.containers.container import ContainerHost
from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService
from tutor.cluster.containers.programs.waiting import until_ended
from tutor.shell.process import IO, Context
from tutor.shell.vfs import Directory, File, FileSystem

ROOT = '/usr/local/apache2/htdocs'
CONF = '/usr/local/apache2/conf/httpd.conf'
DAYS = ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')
MONTHS = ('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')
TYPES = {'html': 'text/html', 'htm': 'text/html', 'css': 'text/css', 'js': 'text/javascript', 'txt': 'text/plain',
         'json': 'application/json', 'png': 'image/png', 'svg': 'image/svg+xml'}
TITLES = {403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed'}
WORDS = {403: "You don't have permission to access this resource.",
         404: 'The requested URL was not found on this server.',
         405: 'The requested method {method} is not allowed for this URL.'}


async def foreground(argv: list[str], io: IO, ctx: Context) -> int:
    """httpd-foreground."""
    return await _Httpd(io, ctx).run()


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """httpd: its version, its test of the configuration, or the server itself."""
    if '-v' in argv:
        io.stdout.write(f'Server version: Apache/{_version(ctx)} (Unix)\nServer built:   Mar 17 2026 21:05:38\n')
        return 0
    if '-t' in argv:
        io.stderr.write('Syntax OK\n')
        return 0
    return await _Httpd(io, ctx).run()


class _Httpd:
    def __init__(self, io: IO, ctx: Context) -> None:
        self._io = io
        self._ctx = ctx

    async def run(self) -> int:
        ctx, io = self._ctx, self._io
        address = (ctx.host.network.addresses or ['127.0.0.1'])[0] if ctx.host.network else '127.0.0.1'
        for _ in range(2):
            io.stderr.write("AH00558: httpd: Could not reliably determine the server's fully qualified domain name, "
                            f"using {address}. Set the 'ServerName' directive globally to suppress this message\n")
        port = self._port()
        try:
            listener = ctx.host.network.listen(port, HttpService(self.respond)) if ctx.host.network else None
        except OSError:
            io.stderr.write('(98)Address already in use: AH00072: make_sock: could not bind to address '
                            f'0.0.0.0:{port}\n'
                            'no listening sockets available, shutting down\nAH00015: Unable to open logs\n')
            return 1
        self._log('mpm_event:notice',
                  f'AH00489: Apache/{_version(ctx)} (Unix) configured -- resuming normal operations')
        self._log('core:notice', "AH00094: Command line: 'httpd -D FOREGROUND'")
        try:
            signal = await until_ended(ctx, 'TERM', 'WINCH')
            self._log('mpm_event:notice', 'AH00491: caught SIGTERM, shutting down' if signal == 'TERM' else
                      'AH00492: caught SIGWINCH, shutting down gracefully')
            return 0
        finally:
            if listener is not None:
                listener.close()

    def _port(self) -> int:
        try:
            text = _files(self._ctx, CONF).read_text(CONF)
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
        response = self._answer(request)
        response.headers = {'Date': _http_date(self._ctx), 'Server': f'Apache/{_version(self._ctx)} (Unix)',
                            **response.headers}
        size = len(response.body) if request.method != 'HEAD' else '-'
        now = self._ctx.simulation.wall()
        stamp = f'{now.day:02}/{MONTHS[now.month - 1]}/{now.year}:{now:%H:%M:%S} +0000'
        self._io.stdout.write(f'{request.client[0]} - - [{stamp}] "{request.method} {request.target} '
                              f'{request.version}" {response.status} {size}\n')
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ('GET', 'HEAD', 'POST'):
            return _page(405, request)
        files, path = _files(self._ctx, ROOT), ROOT + request.path
        try:
            node = files.find(path).node
            if isinstance(node, Directory):
                path = path.rstrip('/') + '/index.html'
                index = files.find(path).node
                if not isinstance(index, File):
                    return _listing(request.path, sorted(node.entries))
                node = index
        except OSError:
            node = None
        if not isinstance(node, File):
            return _page(404, request)
        body = node.data()
        kind = TYPES.get(path.rpartition('.')[2], 'text/plain')
        head = {'Accept-Ranges': 'bytes', 'Content-Length': str(len(body)), 'Content-Type': kind}
        return HttpResponse(200, head, body)

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


def _http_date(ctx: Context) -> str:
    now = ctx.simulation.wall()
    return f'{DAYS[now.weekday()]}, {now.day:02} {MONTHS[now.month - 1]} {now.year} {now:%H:%M:%S} GMT'
