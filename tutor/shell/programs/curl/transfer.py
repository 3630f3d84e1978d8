"""One transfer of curl: resolve, connect, send, receive, follow."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote, urljoin

from tutor.cluster.simulation import Cancelled
from tutor.shell import tls
from tutor.shell.process import IO, Connection, Context
from tutor.shell.programs.complaint import reason
from tutor.shell.programs.curl.meter import Meter
from tutor.shell.programs.http import BadAnswer, Exchange, Head, Request, Url, parse_url, resolve
from tutor.shell.vfs import normalize

VERSION = '7.88.1'
MAX_REDIRECTS = 50
KEPT = 64 * 1024 * 1024
NUMBERS = {tls.EXPIRED: 10, tls.NOT_YET: 9, tls.SELF_SIGNED: 18, tls.UNKNOWN_ISSUER: 20}
"""OpenSSL's number of what is wrong with a certificate (X509_V_ERR_…)."""
UNBELIEVED = ('''More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the web page mentioned above.''')


class Failure(Exception):
    """What ended a transfer: curl's number and words."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class Transfer:
    """One URL. After `run`, the facts that -w asks for."""

    def __init__(self, url: str, output: str, settings: Any, io: IO, ctx: Context) -> None:
        self.url = url
        self.effective = url
        self.output = output
        self.settings = settings
        self.status = 0
        self.code = 0
        self.size = 0
        self.header_size = 0
        self.upload = 0
        self.redirects = 0
        self.redirect_url = ''
        self.content_type = ''
        self.method = 'GET'
        self.version = '0'
        self.remote: tuple[str, int] = ('', 0)
        self.local: tuple[str, int] = ('', 0)
        self.times = {'namelookup': 0.0, 'connect': 0.0, 'starttransfer': 0.0, 'total': 0.0}
        self.headers: list[tuple[str, str]] = []
        self._io = io
        self._ctx = ctx
        self._began = ctx.simulation.now
        self._body = bytearray()
        self._verbose = 'v' in settings
        self._dumped = ''
        self._unseen = not io.stdout.isatty or bool(self._to_file())
        self.meter = Meter(io, self._unseen and 's' not in settings and 'no-progress-meter' not in settings)

    # -- the way ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Carry it out; raises Failure."""
        self.meter.begin()
        limit = self.settings.seconds('m')
        if limit is None:
            await self._follow()
            return
        task = self._ctx.simulation.spawn(self._follow(), 'curl')
        try:
            if await self._ctx.simulation.within(limit, task):
                task.result()
                return
        except Cancelled:
            task.cancel()
            raise
        task.cancel()
        elapsed = int(self._elapsed() * 1000)
        if not self.remote[0]:
            raise Failure(28, f'Connection timed out after {elapsed} milliseconds' if self.times['namelookup'] else
                          f'Resolving timed out after {elapsed} milliseconds')
        raise Failure(28, f'Operation timed out after {elapsed} milliseconds with {self.size} bytes received')

    def _elapsed(self) -> float:
        return self._ctx.simulation.now - self._began

    def _say(self, text: str) -> None:
        if self._verbose:
            self._io.stderr.write(f'* {text}\n')

    async def _follow(self) -> None:
        url = self.url
        most = int(self.settings.get('max-redirs')) if self.settings.get('max-redirs').isdigit() else MAX_REDIRECTS
        try:
            while True:
                self.effective = url if '://' in url else f'http://{url}'
                head = await self._request(url)
                target = head.get('location')
                if not (target and 300 <= head.status < 400):
                    break
                self.redirect_url = urljoin(self.effective, target)
                if 'L' not in self.settings:
                    break
                self.redirects += 1
                if self.redirects > most:
                    raise Failure(47, f'Maximum ({most}) redirects followed')
                self._say(f"Issue another request to this URL: '{self.redirect_url}'")
                url, self.redirect_url = self.redirect_url, ''
        finally:
            self.times['total'] = self._elapsed()
        self._deliver()
        if head.status >= 400 and ('f' in self.settings or 'fail-with-body' in self.settings):
            raise Failure(22, f'The requested URL returned error: {head.status}')

    async def _request(self, text: str) -> Head:
        url = parse_url(text)
        if url is None:
            raise Failure(3, 'URL using bad/illegal format or missing URL')
        if url.scheme not in ('http', 'https'):
            raise Failure(1, f'Protocol "{url.scheme}" not supported or disabled in libcurl')
        connection = await self._connect(url)
        try:
            request = self._build(url)
            exchange = Exchange(connection, request)
            exchange.send()
            self.upload = len(request.body)
            if self._verbose:
                lines = [f'{request.method} {request.target} HTTP/1.1',
                         *(f'{name}: {value}' for name, value in request.headers), '']
                self._io.stderr.write(''.join(f'> {line}\n' for line in lines))
            head = await exchange.head()
            self.times['starttransfer'] = self._elapsed()
            self._note(head)
            await self._receive(exchange, head)
            self._say(f'Connection #{self.redirects} to host {url.host} left intact')
            return head
        except BadAnswer as problem:
            if problem.empty:
                self._say('Empty reply from server')
                self._say(f'Closing connection {self.redirects}')
                raise Failure(52, 'Empty reply from server') from None
            raise Failure(1, 'Received HTTP/0.9 when not allowed') from None
        finally:
            connection.close()

    async def _connect(self, url: Url) -> Connection:
        try:
            addresses = await self._resolve(url)
        except OSError:
            self._say(f'Could not resolve host: {url.host}')
            self._say(f'Closing connection {self.redirects}')
            raise Failure(6, f'Could not resolve host: {url.host}') from None
        self.times['namelookup'] = max(self._elapsed(), 0.000001)
        network = self._ctx.host.network
        assert network is not None
        limit = self.settings.seconds('connect-timeout')
        began = self._ctx.simulation.now
        for address in addresses:
            self._say(f'  Trying {address}:{url.port}...')
            try:
                connection = await network.connect(address, url.port, limit)
            except OSError as problem:
                failure = problem
                if not isinstance(problem, TimeoutError):
                    self._say(f'connect to {address} port {url.port} failed: {reason(problem)}')
                continue
            self.remote, self.local = (address, url.port), connection.local
            self.times['connect'] = self._elapsed()
            self._say(f'Connected to {url.host} ({address}) port {url.port} (#{self.redirects})')
            return self._secured(connection, url)
        elapsed = int((self._ctx.simulation.now - began) * 1000)
        self._say(f'Failed to connect to {url.host} port {url.port} after {elapsed} ms: '
                  + ('Timeout was reached' if isinstance(failure, TimeoutError) and limit
                     else "Couldn't connect to server"))
        self._say(f'Closing connection {self.redirects}')
        if isinstance(failure, TimeoutError) and limit:
            raise Failure(28,
                          f'Failed to connect to {url.host} port {url.port} after {elapsed} ms: Timeout was reached')
        raise Failure(28 if isinstance(failure, TimeoutError) else 7,
                      f"Failed to connect to {url.host} port {url.port} after {elapsed} ms: Couldn't connect to server")

    async def _resolve(self, url: Url) -> list[str]:
        for entry in self.settings.all('resolve'):
            host, port, address = [*entry.split(':', 2), '', ''][:3]
            if host in (url.host, '*') and port == str(url.port) and address:
                return address.strip('[]').split(',')
        return await resolve(url.host, self._ctx)

    def _secured(self, connection: Connection, url: Url) -> Connection:
        """https needs a server that speaks TLS, and with a certificate that is believed, but for -k."""
        if url.scheme == 'http':
            return connection
        if connection.tls is None:
            connection.close()
            raise Failure(35, 'error:0A00010B:SSL routines::wrong version number')
        chain = connection.handshake(url.host, self._own_certificate() if 'E' in self.settings else '')
        path = self.settings.get('cacert')
        trusted = [self._file(path).decode('utf-8', 'replace')] if path else []
        trouble = tls.problem(chain, url.host, trusted, self._ctx.simulation.wall())
        self._show_certificate(chain, trouble)
        if trouble and 'k' not in self.settings:
            connection.close()
            what = (f"SSL: no alternative certificate subject name matches target host name '{url.host}'"
                    if trouble == tls.WRONG_NAME else f'SSL certificate problem: {trouble}')
            raise Failure(60, f'{what}\n{UNBELIEVED}')
        return connection

    def _show_certificate(self, chain: str, trouble: str) -> None:
        if not self._verbose:
            return
        for line in ('ALPN: offers h2,http/1.1', 'TLSv1.3 (OUT), TLS handshake, Client hello (1):',
                     'TLSv1.3 (IN), TLS handshake, Server hello (2):', 'TLSv1.3 (IN), TLS handshake, Finished (20):',
                     'SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384', 'ALPN: server accepted http/1.1',
                     'Server certificate:'):
            self._say(line)
        for certificate in tls.load(chain)[:1]:
            self._say(f' subject: {tls.written(certificate.subject)}')
            self._say(f' start date: {tls.stamp(certificate.not_valid_before_utc)}')
            self._say(f' expire date: {tls.stamp(certificate.not_valid_after_utc)}')
            self._say(f' issuer: {tls.written(certificate.issuer)}')
        if not trouble:
            self._say(' SSL certificate verify ok.')
        elif 'k' in self.settings and trouble in NUMBERS:
            self._say(f' SSL certificate verify result: {trouble} ({NUMBERS[trouble]}), continuing anyway.')

    # -- the request --------------------------------------------------------------------------------------------

    def _own_certificate(self) -> str:
        """What --cert and --key show the server: a certificate whose key is there too. Raises Failure."""
        path = self.settings.get('E').partition(':')[0]
        key = self.settings.get('key') or path
        try:
            pem = self._ctx.files.read_text(normalize(path, self._ctx.cwd))
            owned = self._ctx.files.read_text(normalize(key, self._ctx.cwd))
        except OSError:
            raise Failure(58, f'could not load PEM client certificate from {path}, OpenSSL error error:80000002:system '
                              'library::No such file or directory, (no key found, wrong pass phrase, or wrong file '
                              'format?)') from None
        if 'PRIVATE KEY' not in owned:
            raise Failure(58, f"unable to set private key file: '{key}' type PEM")
        return pem

    def _build(self, url: Url) -> Request:
        settings = self.settings
        body, kind = self._data()
        target = url.target
        if 'G' in settings and body is not None:
            target += ('&' if '?' in target else '?') + body.decode('utf-8', 'replace')
            body = None
        method = settings.get('X') or ('HEAD' if 'I' in settings else 'PUT' if 'T' in settings else
                                       'POST' if body is not None else 'GET')
        if self.redirects and 'X' not in settings and method == 'POST':
            method, body = 'GET', None
        self.method = method
        own: dict[str, tuple[str, str | None]] = {}
        for line in settings.all('H'):
            name, colon, value = line.partition(':')
            if colon:
                own[name.lower()] = (name, value.strip() or None)
            elif line.endswith(';'):
                own[line[:-1].lower()] = (line[:-1], '')
        user = settings.get('u') or url.user
        headers: list[tuple[str, str]] = [('Host', url.authority)]
        if user:
            headers.append(('Authorization', 'Basic ' + base64.b64encode(user.encode()).decode()))
        elif 'oauth2-bearer' in settings:
            headers.append(('Authorization', f'Bearer {settings.get("oauth2-bearer")}'))
        headers += [('User-Agent', settings.get('A') if 'A' in settings else f'curl/{VERSION}'), ('Accept', '*/*')]
        for key, name in (('e', 'Referer'), ('b', 'Cookie')):
            if key in settings:
                headers.append((name, settings.get(key)))
        if body is not None:
            headers += [('Content-Length', str(len(body))), ('Content-Type', kind)]
            if 'json' in settings:
                headers = [('Accept', 'application/json') if name == 'Accept' else (name, value) for name,
                           value in headers]
        headers = [own.pop(name.lower(), (name, value)) for name, value in headers]  # type: ignore[arg-type,misc]
        headers += list(own.values())  # type: ignore[arg-type]
        return Request(method, target, [(name, value) for name, value in headers if value is not None], body or b'')

    def _data(self) -> tuple[bytes | None, str]:
        parts: list[bytes] = []
        for name, value in self.settings.given:
            if name in ('d', 'data-binary', 'json') and value.startswith('@'):
                data = self._file(value[1:])
                parts.append(data if name != 'd' else data.replace(b'\r', b'').replace(b'\n', b''))
            elif name in ('d', 'data-binary', 'data-raw', 'json'):
                parts.append(value.encode())
            elif name == 'data-urlencode':
                key, equals, content = value.partition('=')
                parts.append((f'{key}={quote(content, safe="")}' if equals and key
                              else quote(content or key, safe='')).encode())
            elif name == 'T':
                return self._file(value), 'application/octet-stream'
            elif name == 'F':
                raise Failure(2, 'multipart forms (-F) are not simulated here')
        if not parts:
            return None, ''
        if 'json' in self.settings:
            return b''.join(parts), 'application/json'
        return b'&'.join(parts), 'application/x-www-form-urlencoded'

    def _file(self, path: str) -> bytes:
        try:
            return self._ctx.files.read(normalize(path, self._ctx.cwd))
        except OSError:
            raise Failure(26, f"Failed to open {path}") from None

    # -- the answer ---------------------------------------------------------------------------------------------

    def _note(self, head: Head) -> None:
        self.status, self.version = head.status, head.version
        self.content_type, self.headers = head.get('content-type'), head.headers
        lines = [f'HTTP/{head.version} {head.status} {head.reason}'.rstrip(),
                 *(f'{name}: {value}' for name, value in head.headers), '']
        text = ''.join(f'{line}\r\n' for line in lines)
        self.header_size += len(text)
        if self._verbose:
            self._io.stderr.write(''.join(f'< {line}\n' for line in lines))
        if 'i' in self.settings or 'I' in self.settings:
            self._body += text.encode('latin-1', 'replace')
        self._dumped += text

    async def _receive(self, exchange: Exchange, head: Head) -> None:
        self._dump()
        skipped = head.status >= 400 and 'f' in self.settings
        hidden = 300 <= head.status < 400 and 'L' in self.settings and bool(head.get('location'))
        self.size = 0
        async for piece in exchange.body():
            if self._verbose and self._unseen and not self.size:
                self._io.stderr.write(f'{{ [{len(piece)} bytes data]\n')
            self.size += len(piece)
            if not skipped and not hidden:
                self._body += piece
            if self.size > KEPT:
                raise Failure(63, 'Maximum file size exceeded')
            if not self._to_file() and not self._body.startswith(b'\0') and self._body:
                self._io.stdout.write(bytes(self._body))
                self._body.clear()
                await self._io.stdout.drain()
        if not hidden:
            self.meter.finish(self.size, self._elapsed())

    def _dump(self) -> None:
        path = self.settings.get('D')
        if path == '-':
            self._io.stdout.write(self._dumped)
            self._dumped = ''
        elif path:
            self._ctx.files.write(normalize(path, self._ctx.cwd), self._dumped)

    def _to_file(self) -> str:
        if 'O' in self.settings:
            return self.url.partition('://')[2].partition('?')[0].rpartition('/')[2]
        return '' if self.output == '-' else self.output

    def _deliver(self) -> None:
        """What is left goes to standard output or to the file."""
        if 'O' in self.settings and not self._to_file():
            raise Failure(23, 'Remote file name has no length')
        path = self._to_file()
        if not path:
            self._io.stdout.write(bytes(self._body))
            return
        if path == '/dev/null':
            return
        try:
            self._ctx.files.write(normalize(path, self._ctx.cwd), bytes(self._body))
        except OSError as problem:
            if 's' not in self.settings:
                self._io.stderr.write(f'Warning: Failed to open the file {path}: {reason(problem)}\n')
            raise Failure(23, 'Failure writing output to destination') from None
