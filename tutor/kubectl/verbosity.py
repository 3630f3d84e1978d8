"""-v=6 and above: the requests that a command makes, as client-go's debugging round tripper logs them."""

from __future__ import annotations

from http import HTTPStatus

from tutor.client.transport import ByteStream, ExecSession, Request, Response, Transport, WatchStream
from tutor.kubectl.factory import Factory, url_of
from tutor.kubectl.klog import log_line

PLACE = 'round_trippers.go'
LONGEST_BODY = 10_240
AGENT = 'kubectl/v1.36.1 (linux/amd64) kubernetes/8e16b12'


class Logged:
    """A Transport that tells what passes: 6 the answers, 7 the requests too, 8 the bodies, 9 the bodies in full."""

    def __init__(self, transport: Transport, factory: Factory) -> None:
        self._transport = transport
        self._factory = factory
        self._level = factory.flags['v']
        paths = [path for path in factory.config_paths() if factory.ctx.files.exists(factory.path(path))]
        for path in paths:
            self._log('loader.go:405', f'Config loaded from file:  {factory.path(path)}')

    def send(self, request: Request) -> Response:
        self._asked(request)
        response = self._transport.send(request)
        self._answered(request, response.status, response.body)
        return response

    def watch(self, request: Request) -> WatchStream:
        self._asked(request)
        stream = self._transport.watch(request)
        self._answered(request, 200, None)
        return stream

    def stream(self, request: Request) -> ByteStream:
        self._asked(request)
        stream = self._transport.stream(request)
        self._answered(request, 200, None)
        return stream

    def connect(self, request: Request) -> ExecSession:
        self._asked(request)
        session = self._transport.connect(request)
        self._answered(request, 101, None)
        return session

    def _asked(self, request: Request) -> None:
        if self._level < 7:
            return
        if self._level >= 8 and request.body is not None:
            self._log(f'{PLACE}:1212', f'"Request Body" body={self._body(request.body)}')
        headers = [f'Accept: {request.accept}', f'User-Agent: {AGENT}']
        if request.body is not None:
            headers.insert(1, f'Content-Type: {request.content_type}')
        shown = ''.join(f'\t{header}\n' for header in headers)
        self._log(f'{PLACE}:527', f'"Request" verb="{request.method}" url="{self._url(request)}" headers=<\n{shown} >')

    def _answered(self, request: Request, status: int, body: object) -> None:
        line = f'{status} {HTTPStatus(status).phrase}'
        if self._level == 6:
            self._log(f'{PLACE}:632', f'"Response" verb="{request.method}" url="{self._url(request)}" '
                      f'status="{line}" milliseconds=0')
            return
        self._log(f'{PLACE}:632', f'"Response" status="{line}" milliseconds=0')
        if self._level >= 8 and body is not None:
            self._log(f'{PLACE}:1212', f'"Response Body" body={self._body(body)}')

    def _url(self, request: Request) -> str:
        return url_of(self._factory.rest_config, request)

    def _body(self, body: object) -> str:
        from tutor.apimachinery.printing.json import quote, to_json
        if isinstance(body, bytes):
            body = body.decode('utf-8', 'replace')
        text = body if isinstance(body, str) else to_json(body, indent=None, sort_keys=False)
        if self._level < 9 and len(text) > LONGEST_BODY:
            text = f'{text[:LONGEST_BODY]} [truncated {len(text) - LONGEST_BODY} chars]'
        return quote(text, escape_html=False)

    def _log(self, place: str, text: str) -> None:
        log_line(self._factory, 'I', place, text)
