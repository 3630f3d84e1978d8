"""Requests over HTTPS, by httpx."""

from __future__ import annotations

import json
import re
import ssl
from typing import Any
from urllib.parse import quote

import httpx

from tutor.apimachinery.errors import StatusError
from tutor.client.live.credentials import Credentials, Source, tls_context
from tutor.client.live.execution import connect
from tutor.client.live.inbox import Inbox
from tutor.client.live.streams import HttpLog, HttpWatch
from tutor.client.rest_config import ConnectionRefused, RestConfig
from tutor.client.transport import JSON, TABLE, ByteStream, ExecSession, Request, Response, WatchStream

TIMEOUT = httpx.Timeout(60.0, connect=10.0)
ENDLESS = httpx.Timeout(None, connect=10.0)
UNAUTHORIZED = 401
_WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')


class HttpTransport:
    """A way to a real API server (client-go's rest.RESTClient). `source` gives the credentials; `inbox` takes what
    comes in later. Raises OSError, in Go's words, where no answer comes."""

    def __init__(self, config: RestConfig, source: Source, inbox: Inbox) -> None:
        self._config = config
        self._source = source
        self._inbox = inbox
        self._credentials: Credentials | None = None
        self._http: httpx.Client | None = None

    def close(self) -> None:
        if self._http is not None:
            self._http.close()

    # -- Transport ----------------------------------------------------------------------------------------------

    def send(self, request: Request) -> Response:
        answer = self._authorized(request, TIMEOUT, stream=False)
        return Response(answer.status_code, _body(answer), _warnings(answer),
                        answer.headers.get('content-type', '').partition(';')[0])

    def watch(self, request: Request) -> WatchStream:
        return HttpWatch(self._stream(request), self._inbox)

    def stream(self, request: Request) -> ByteStream:
        return HttpLog(self._stream(request), self._inbox)

    def connect(self, request: Request) -> ExecSession:
        client = self._client()
        url = client.build_request('GET', self._url(request), params=httpx.QueryParams(_query(request))).url
        return connect(str(url), self._headers(request), self._context, self._config, self._inbox)

    # -- how ----------------------------------------------------------------------------------------------------

    def _stream(self, request: Request) -> httpx.Response:
        answer = self._authorized(request, ENDLESS, stream=True)
        if answer.status_code >= 400:
            answer.read()
            raise StatusError(_body(answer))
        return answer

    def _authorized(self, request: Request, timeout: httpx.Timeout, stream: bool) -> httpx.Response:
        """Once more with new credentials when the server knows the old ones no longer."""
        answer = self._do(request, timeout, stream)
        if answer.status_code == UNAUTHORIZED:
            renewed = self._source.get(fresh=True)
            if renewed != self._credentials:
                answer.close()
                self.close()
                self._http, self._credentials = None, renewed
                return self._do(request, timeout, stream)
        return answer

    def _do(self, request: Request, timeout: httpx.Timeout, stream: bool) -> httpx.Response:
        client = self._client()
        extensions = {'sni_hostname': self._config.tls_server_name} if self._config.tls_server_name else {}
        built = client.build_request(request.method, self._url(request), params=httpx.QueryParams(_query(request)),
                                     content=_content(request), headers=self._headers(request), timeout=timeout,
                                     extensions=extensions)
        if request.body is not None:
            built.headers['Content-Type'] = request.content_type
        try:
            return client.send(built, stream=stream)
        except httpx.HTTPError as error:
            raise self._failed(error) from None

    def _client(self) -> httpx.Client:
        if self._http is None:
            self._credentials = self._credentials or self._source.get()
            self._context = tls_context(self._config, self._credentials)
            self._http = httpx.Client(verify=self._context, proxy=self._config.proxy_url or None, timeout=TIMEOUT)
        return self._http

    def _url(self, request: Request) -> str:
        return self._config.server.rstrip('/') + request.path

    def _headers(self, request: Request) -> httpx.Headers:
        config, credentials = self._config, self._credentials or Credentials()
        accept = f'{TABLE},{JSON}' if request.accept == TABLE else request.accept
        headers = [('Accept', accept), ('User-Agent', request.user_agent or config.user_agent)]
        if credentials.token:
            headers.append(('Authorization', f'Bearer {credentials.token}'))
        elif config.username:
            headers.append(('Authorization', httpx.BasicAuth(config.username, config.password)._auth_header))
        if config.impersonate:
            headers.append(('Impersonate-User', config.impersonate))
            headers += [('Impersonate-Group', group) for group in config.impersonate_groups]
            headers += [('Impersonate-Uid', config.impersonate_uid)] if config.impersonate_uid else []
            headers += [(f'Impersonate-Extra-{quote(name, safe="")}', value)
                        for name, value in config.impersonate_extra]
        return httpx.Headers(headers)

    def _failed(self, error: httpx.HTTPError) -> OSError:
        """What net/http says of it."""
        address = httpx.URL(self._config.server).netloc.decode()
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ConnectionRefusedError):
                return ConnectionRefused(f'dial tcp {address}: connect: connection refused')
            if isinstance(cause, ssl.SSLCertVerificationError):
                return OSError(f'tls: failed to verify certificate: x509: {cause.verify_message}')
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, httpx.ConnectTimeout):
            return OSError(f'dial tcp {address}: i/o timeout')
        if isinstance(error, httpx.TimeoutException):
            return OSError('net/http: timeout awaiting response headers')
        text = str(error)
        if 'refused' in text:
            return ConnectionRefused(f'dial tcp {address}: connect: connection refused')
        if 'Name or service' in text or 'nodename' in text or 'getaddrinfo' in text:
            return OSError(f'dial tcp: lookup {address.partition(":")[0]}: no such host')
        return OSError(text or type(error).__name__)


def _query(request: Request) -> list[tuple[str, str | int | float | bool | None]]:
    found: list[tuple[str, str | int | float | bool | None]] = []
    for name, value in request.query.items():
        for item in value if isinstance(value, (list, tuple)) else (value,):
            found.append((name, str(item).lower() if isinstance(item, bool) else str(item)))
    return found


def _content(request: Request) -> bytes | None:
    if request.body is None:
        return None
    if isinstance(request.body, str):
        return request.body.encode()
    return request.body if isinstance(request.body, bytes) else json.dumps(request.body, ensure_ascii=False).encode()


def _body(answer: httpx.Response) -> Any:
    """Decoded JSON, or the text."""
    if answer.headers.get('content-type', '').startswith('application/json'):
        try:
            return answer.json()
        except ValueError:
            pass
    return answer.text


def _warnings(answer: httpx.Response) -> tuple[str, ...]:
    found = _WARNING.findall(', '.join(answer.headers.get_list('warning')))
    return tuple(re.sub(r'\\(.)', r'\1', text) for text in found)
