"""-v: what client-go's features are, from 6 on the requests as its debugging round tripper logs them."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.http.dates import http_date
from tutor.client.transport import ByteStream, ExecSession, Request, Response, Transport, WatchStream
from tutor.kubectl.errors import AggregateError, alone
from tutor.kubectl.klog import log_line

if TYPE_CHECKING:
    from tutor.kubectl.factory import Factory

PLACE = 'round_trippers.go'
LONGEST_BODIES = {8: 1024, 9: 10_240}  # truncateBody; all of it from 10 on
AGENT = 'kubectl/v1.36.1 (linux/amd64) kubernetes/8e16b12'
FEATURES = {'AtomicFIFO': True, 'ClientsAllowCARotation': True, 'ClientsAllowCBOR': False,
            'ClientsAllowTLSCacheGC': True, 'ClientsPreferCBOR': False, 'InOrderInformers': True,
            'InOrderInformersBatchProcess': True, 'InformerResourceVersion': True,
            'UnlockWhileProcessingFIFO': True, 'WatchListClient': True}
"""Those of v1.36 (defaultKubernetesFeatureGates). Go tells them in the order of a map, which is none."""
_STATUS = ('kind', 'apiVersion', 'metadata', 'status', 'message', 'reason', 'details', 'code')
_DETAILS = ('name', 'group', 'kind', 'uid', 'causes', 'retryAfterSeconds')


def verbose(factory: Factory, transport: Transport) -> Transport:
    """Say what is told when a client is made; from 6 on the transport says more."""
    level = factory.flags['v']
    if level >= 6:
        for path in factory.config_paths():
            if factory.ctx.files.exists(factory.path(path)):
                log_line(factory, 'I', 'loader.go:407', f'Config loaded from file:  {factory.path(path)}')
    for name, enabled in FEATURES.items():
        log_line(factory, 'I', 'envvar.go:195', f'"Feature gate default state" feature="{name}" '
                 f'enabled={str(enabled).lower()}')
    return Logged(transport, factory) if level >= 6 else transport


def log_refusals(factory: Factory, error: Exception) -> None:
    """StandardErrorMessage from 4 on: each refusal as the server worded it. What is invalid is said another way."""
    error = alone(error)
    if isinstance(error, AggregateError):
        refusals = [each for each in error.errors if isinstance(each, StatusError)]
    else:
        refusals = [error] if isinstance(error, StatusError) and error.reason != 'Invalid' else []
    from tutor.apimachinery.printing.json import to_json
    for refusal in refusals:
        status = _in_order(refusal.status, _STATUS)
        if refusal.details:
            status['details'] = _in_order(refusal.details, _DETAILS)
        shown = to_json(status, indent=2, sort_keys=False, escape_html=False)
        log_line(factory, 'I', 'helpers.go:246', f'server response object: %s[{shown}]')


def _in_order(found: Mapping[str, object], names: tuple[str, ...]) -> dict[str, object]:
    """With the fields of a Go struct, in their order."""
    return {name: found[name] for name in names if name in found}


class Logged:
    """A Transport that tells what passes: 6 the answers, 7 the requests too, 8 headers and bodies, 9 all as curl."""

    def __init__(self, transport: Transport, factory: Factory) -> None:
        self._transport = transport
        self._factory = factory
        self._level = factory.flags['v']
        self._connected = False

    def send(self, request: Request) -> Response:
        self._asked(request)
        response = self._transport.send(request)
        self._answered(request, response.status, response.body, response.content_type)
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
        if self._level >= 8:
            self._log(_caller(request), f'"Request Body" body={self._body(request.body)}')
        headers = [f'Accept: {request.accept}', f'User-Agent: {AGENT}']
        if request.body is not None:
            headers.insert(1, f'Content-Type: {request.content_type}')
        if self._level >= 9:
            words = ' '.join(f'-H "{header}"' for header in headers)
            self._log(f'{PLACE}:527', f'"Request" curlCommand=<\n\tcurl -v -X{request.method}  {words} '
                      f"'{self._url(request)}'\n >")
            if not self._connected:
                host = self._factory.rest_config.host
                self._log(f'{PLACE}:562', f'"HTTP Trace: Dial succeed" network="tcp" address="{host}"')
            return
        self._log(f'{PLACE}:527', f'"Request" verb="{request.method}" url="{self._url(request)}" '
                  f'headers={_lines(headers)}')

    def _answered(self, request: Request, status: int, body: object, content_type: str = '') -> None:
        target = f' verb="{request.method}" url="{self._url(request)}"' if self._level == 6 or self._level >= 9 else ''
        line = f'"Response"{target} status="{status} {HTTPStatus(status).phrase}"'
        if self._level >= 8:
            line += ' headers=' + _lines(['Cache-Control: no-cache, private', f'Content-Type: {content_type}',
                                          f'Date: {http_date(self._factory.ctx.simulation.wall())}'])
        line += ' milliseconds=0'
        if self._level >= 9:
            line += (' getConnectionMilliseconds=0' if self._connected else
                     ' dnsLookupMilliseconds=0 dialMilliseconds=0 tlsHandshakeMilliseconds=0')
            line += ' serverProcessingMilliseconds=0'
        self._connected = True
        self._log(f'{PLACE}:632', line)
        if self._level >= 8 and body is not None:
            self._log(_caller(request), f'"Response Body" body={self._body(body)}')

    def _url(self, request: Request) -> str:
        return self._factory.rest_config.url(request)

    def _body(self, body: object) -> str:
        """Objects end with a newline, and klog gives texts with a newline lines of their own."""
        from tutor.apimachinery.printing.json import quote, to_json
        if body is None:
            return '""'
        if isinstance(body, bytes):
            body = body.decode('utf-8', 'replace')
        text = body if isinstance(body, str) else to_json(body, indent=None, sort_keys=False) + '\n'
        most = LONGEST_BODIES.get(self._level, len(text))
        if len(text) > most:
            text = f'{text[:most]} [truncated {len(text) - most} chars]'
        return _lines(text.removesuffix('\n').split('\n')) if '\n' in text else quote(text, escape_html=False)

    def _log(self, place: str, text: str) -> None:
        log_line(self._factory, 'I', place, text)


def _lines(lines: list[str]) -> str:
    """klog's form of a value of several lines."""
    return '<\n' + ''.join(f'\t{line}\n' for line in lines) + ' >'


def _caller(request: Request) -> str:
    """Where in kubectl's source a request is made: discovery, or the helper of resource builders."""
    if request.path in ('/api', '/apis'):
        return 'discovery_client.go:252'
    if request.path == '/version':
        return 'discovery_client.go:657'
    return {'DELETE': 'helper.go:202', 'POST': 'helper.go:246', 'PATCH': 'helper.go:269'}.get(
        request.method, 'helper.go:113')
