"""BusyBox's httpd: serves the files of a folder, in the background unless it is told to stay (networking/httpd.c)."""

from __future__ import annotations

from datetime import timedelta

from tutor.apimachinery.http.dates import http_date
from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.options import Options, parse
from tutor.shell.vfs import Directory, File, normalize

TYPES = {'txt': 'text/plain', 'h': 'text/plain', 'c': 'text/plain', 'cc': 'text/plain', 'cpp': 'text/plain',
         'htm': 'text/html', 'html': 'text/html', 'jpg': 'image/jpeg', 'jpeg': 'image/jpeg', 'gif': 'image/gif',
         'png': 'image/png', 'svg': 'image/svg+xml', 'css': 'text/css', 'js': 'application/javascript'}
PAGES = {400: ('Bad Request', 'Unsupported method'), 404: ('Not Found', 'The requested URL was not found'),
         501: ('Not Implemented', 'The requested method is not recognized')}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """httpd [-fv] [-p [IP:]PORT] [-h HOME]"""
    try:
        options = parse(argv, ctx, 'ifvp:u:r:h:c:')
        server = _Server(options, io, ctx)
        server.listen()
    except Complaint as complaint:
        io.stderr.write(complaint.words('httpd', 'busybox'))
        return complaint.status
    if 'f' in options:
        return await server.stay()

    async def behind(argv: list[str], io: IO, ctx: Context) -> int:
        return await server.stay()
    ctx.host.start(behind, argv, io, ctx)
    return 0


class _Service(HttpService):
    """Every answer is the last one of its connection."""

    def finish(self, response: HttpResponse, keep: bool) -> None:
        """A connection is closed whatever the client wants."""


class _Server:
    def __init__(self, options: Options, io: IO, ctx: Context) -> None:
        self._io, self._ctx = io, ctx
        self._verbose = options.count('v')
        self._home = normalize(options.get('h') or '.', ctx.cwd)
        self._port = options.get('p').rpartition(':')[2] or '80'
        if not ctx.files.is_dir(self._home):
            raise Complaint(f"can't change directory to '{options.get('h')}': No such file or directory")

    def listen(self) -> None:
        """Take the port. Raises Complaint."""
        try:
            self._listener = self._ctx.network.listen(int(self._port), _Service(self._respond))
        except ValueError:
            raise Complaint(f"invalid number '{self._port}'") from None
        except OSError as problem:
            raise Complaint(f'bind: {reason(problem)}') from None

    async def stay(self) -> int:
        """Serve until a signal ends the process."""
        try:
            return await self._ctx.simulation.future()
        finally:
            self._listener.close()

    async def _respond(self, request: HttpRequest) -> HttpResponse:
        if self._verbose > 1:
            self._log(request, f'url:{request.target}')
        response = self._answer(request)
        if self._verbose:
            self._log(request, f'response:{response.status}')
        head = {'Date': http_date(self._ctx.simulation.wall()), 'Connection': 'close'}
        return HttpResponse(response.status, {**head, **response.headers}, response.body)

    def _log(self, request: HttpRequest, text: str) -> None:
        self._io.stderr.write(f'[::ffff:{request.client[0]}]:{request.client[1]}: {text}\n')

    def _answer(self, request: HttpRequest) -> HttpResponse:
        """handle_incoming_and_exit."""
        if '..' in request.path.split('/'):
            return _page(400)
        if request.method not in ('GET', 'HEAD'):
            return _page(501)
        path = self._home.rstrip('/') + request.path
        node = self._node(path)
        if isinstance(node, Directory) and not request.path.endswith('/'):
            return HttpResponse(302, {'Content-type': 'text/html', 'Location': f'{request.path}/'})
        if isinstance(node, Directory):
            path += 'index.html'
            node = self._node(path)
        return self._file(path, node) if isinstance(node, File) else _page(404)

    def _file(self, path: str, node: File) -> HttpResponse:
        """send_file_and_exit."""
        body = node.data()
        kind = TYPES.get(path.rpartition('/')[2].rpartition('.')[2], 'application/octet-stream')
        changed = self._ctx.simulation.epoch + timedelta(seconds=node.mtime)
        return HttpResponse(200, {
            'Content-type': kind, 'Accept-Ranges': 'bytes', 'Last-Modified': http_date(changed),
            'ETag': f'"{int(changed.timestamp()):x}-{len(body):x}"', 'Content-Length': str(len(body))}, body)

    def _node(self, path: str) -> object:
        try:
            return self._ctx.files.find(path).node
        except OSError:
            return None


def _page(status: int) -> HttpResponse:
    """send_headers of an error: a page that says it."""
    title, text = PAGES[status]
    body = (f'<HTML><HEAD><TITLE>{status} {title}</TITLE></HEAD>\n<BODY><H1>{status} {title}</H1>\n{text}\n'
            '</BODY></HTML>\n')
    return HttpResponse(status, {'Content-type': 'text/html'}, body.encode())
