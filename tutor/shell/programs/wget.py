"""wget, as GNU and as BusyBox word it."""

from __future__ import annotations

from urllib.parse import urljoin

from tutor.shell import tls
from tutor.shell.process import IO, Connection, Context, NameNotFound
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.http import BadAnswer, Exchange, Head, Request, Url, parse_url, resolve
from tutor.shell.programs.options import Options, missing_operand, parse
from tutor.shell.vfs import normalize

LONG = {'quiet': 'q', 'output-document': 'O', 'timeout': 'T', 'tries': 't', 'spider': '', 'server-response': 'S',
        'header': '=',
        'post-data': '=', 'user-agent': 'U', 'no-check-certificate': '', 'no-verbose': 'n?', 'method': '=',
        'body-data': '=',
        'max-redirect': '=', 'continue': 'c', 'directory-prefix': 'P', 'show-progress': '', 'connect-timeout': '=',
        'waitretry': '=',
        'no-proxy': '', 'user': '=', 'password': '=', 'ca-certificate': '=', 'timestamping': 'N', 'post-file': '=',
        'bind-address': '='}
MAX_REDIRECTS = 20


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """wget [-q] [-O FILE] [-T SECONDS] [-S] [--spider] [--header=LINE] [--post-data=DATA] URL…"""
    long = {name: '' if key == 'n?' else key for name, key in LONG.items()}
    words = [('--no-verbose' if word == '-nv' else word) for word in argv]
    options = parse(words, ctx, 'qO:T:t:SU:cP:NY:o:', long)
    if not options.args:
        raise missing_operand(argv, ctx,
                              'missing URL\nUsage: wget [OPTION]... [URL]...\n') if ctx.host.userland == 'busybox' \
            else Complaint("missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.")
    status = 0
    for url in options.args:
        status = await (_BusyBox if ctx.host.userland == 'busybox' else _Gnu)(url, options, io, ctx).run()
    return status


class _Download:
    """What both have in common: one URL, its redirects, and where the content goes."""

    def __init__(self, url: str, options: Options, io: IO, ctx: Context) -> None:
        self.text = url
        self.options = options
        self.io = io
        self.ctx = ctx
        self.quiet = 'q' in options
        try:
            self.timeout = float(options.get('T') or options.get('connect-timeout') or '900') or None
        except ValueError:
            raise Complaint(f"invalid number '{options.get('T')}'") from None

    async def within(self, awaitable):
        """Wait at most the time limit; raises TimeoutError."""
        task = self.ctx.simulation.spawn(awaitable, 'wget')
        try:
            if await self.ctx.simulation.within(self.timeout or 1e9, task):
                return task.result()
        except BaseException:
            task.cancel()
            raise
        task.cancel()
        raise TimeoutError(110, 'Connection timed out')

    def request(self, url: Url, agent: str) -> Request:
        options = self.options
        headers = [('Host', url.authority), ('User-Agent', options.get('U') or agent)]
        if agent != 'Wget':
            headers += [('Accept', '*/*'), ('Accept-Encoding', 'identity')]
        for line in options.all('header'):
            name, _, value = line.partition(':')
            headers = [pair for pair in headers if pair[0].lower() != name.lower()] + [(name, value.strip())]
        body = (options.get('post-data') or options.get('body-data')).encode()
        method = options.get('method') or ('POST' if 'post-data' in options else 'HEAD' if 'spider' in options
                                           else 'GET')
        if 'post-data' in options:
            headers += [('Content-Type', 'application/x-www-form-urlencoded'), ('Content-Length', str(len(body)))]
        headers.append(('Connection', 'close' if agent == 'Wget' else 'Keep-Alive'))
        return Request(method, url.target, headers, body)

    async def fetch(self, connection: Connection, request: Request) -> tuple[Head, bytes]:
        exchange = Exchange(connection, request)
        exchange.send()
        head = await exchange.head()
        pieces = []
        if request.method != 'HEAD':
            async for piece in exchange.body():
                pieces.append(piece)
        return head, b''.join(pieces)

    def name(self, url: Url) -> str:
        """The file to write: '-' for standard output."""
        if 'O' in self.options:
            return self.options.get('O')
        name = url.target.partition('?')[0].rpartition('/')[2] or 'index.html'
        return f'{self.options.get("P")}/{name}' if 'P' in self.options else name

    def save(self, path: str, data: bytes) -> None:
        """Raises OSError."""
        if path in ('-', '/dev/stdout'):
            self.io.stdout.write(data)
        elif path != '/dev/null':
            self.ctx.files.write(normalize(path, self.ctx.cwd), data)


class _BusyBox(_Download):
    async def run(self) -> int:
        text = self.text
        for _ in range(MAX_REDIRECTS):
            url = parse_url(text)
            if url is None or url.scheme not in ('http', 'https'):
                raise Complaint(f'not an http or ftp url: {text}')
            head, data = await self._once(url)
            target = head.get('location')
            if 300 <= head.status < 400 and target:
                text = urljoin(f'{url.scheme}://{url.authority}{url.target}', target)
                continue
            if head.status not in (200, 201, 202, 203, 204, 205, 206):
                raise Complaint(f'server returned error: HTTP/{head.version} {head.status} {head.reason}')
            return self._finish(url, head, data)
        raise Complaint('too many redirections')

    async def _once(self, url: Url) -> tuple[Head, bytes]:
        try:
            addresses = await resolve(url.host, self.ctx)
        except OSError:
            raise Complaint(f"bad address '{url.host}'") from None
        address = addresses[0]
        if not self.quiet:
            self.io.stderr.write(f'Connecting to {url.authority} ({address}:{url.port})\n')
        assert self.ctx.host.network is not None
        try:
            connection = await self.ctx.host.network.connect(address, url.port, self.timeout)
        except TimeoutError:
            if 'T' in self.options:
                raise Complaint('download timed out') from None
            raise Complaint(f"can't connect to remote host ({address}): Connection timed out") from None
        except OSError as problem:
            raise Complaint(f"can't connect to remote host ({address}): {reason(problem)}") from None
        try:
            if url.scheme == 'https':
                if connection.tls is None:
                    raise Complaint('TLS error from peer (alert code 70): protocol version')
                connection.handshake(url.host)
                if 'no-check-certificate' not in self.options:
                    self.io.stderr.write('wget: note: TLS certificate validation not implemented\n')
            request = self.request(url, 'Wget')
            head, data = await self.within(self.fetch(connection, request))
        except TimeoutError:
            raise Complaint('download timed out') from None
        except BadAnswer as problem:
            raise Complaint('error getting response: Connection reset by peer' if not problem.empty
                            else 'error getting response') from None
        finally:
            connection.close()
        if 'S' in self.options:
            self.io.stderr.write(''.join(f'  {line}\n' for line in [
                f'HTTP/{head.version} {head.status} {head.reason}',
                *(f'{name}: {value}' for name, value in head.headers)]))
        return head, data

    def _finish(self, url: Url, head: Head, data: bytes) -> int:
        if 'spider' in self.options:
            if not self.quiet:
                self.io.stderr.write('remote file exists\n')
            return 0
        path = self.name(url)
        try:
            if path != '-' and 'O' not in self.options and self.ctx.files.exists(normalize(path, self.ctx.cwd)):
                raise OSError(17, 'File exists')
            if not self.quiet:
                self.io.stderr.write("writing to stdout\n" if path == '-' else f"saving to '{path}'\n")
            self.save(path, data)
        except OSError as problem:
            raise Complaint(f"can't open '{path}': {reason(problem)}") from None
        if not self.quiet:
            shown = (path if path != '-' else '-')[:20]
            self.io.stderr.write(f'{shown:<20} 100% |{"*" * 32}| {len(data):5d}  0:00:00 ETA\n'
                                 + ('written to stdout\n' if path == '-' else f"'{path}' saved\n"))
        return 0


class _Gnu(_Download):
    def say(self, text: str) -> None:
        if not self.quiet and 'no-verbose' not in self.options:
            self.io.stderr.write(text)

    async def run(self) -> int:
        text = self.text
        for _ in range(MAX_REDIRECTS):
            url = parse_url(text)
            if url is None or url.scheme not in ('http', 'https'):
                self.io.stderr.write(f'{text}: Unsupported scheme ‘{url.scheme}’.\n' if url
                                     else f'{text}: Invalid host name.\n')
                return 1
            full = f'{url.scheme}://{url.authority}{url.target}'
            self.say(f'--{self.ctx.simulation.wall():%Y-%m-%d %H:%M:%S}--  {full}\n')
            status, head, data = await self._once(url)
            if head is None:
                return status
            target = head.get('location')
            if 300 <= head.status < 400 and target:
                self.say(f'Location: {target} [following]\n')
                text = urljoin(full, target)
                continue
            if head.status >= 400:
                moment = f'{self.ctx.simulation.wall():%Y-%m-%d %H:%M:%S}'
                if 'no-verbose' in self.options:
                    self.io.stderr.write(f'{full}:\n')
                self.say(f'{moment} ERROR {head.status}: {head.reason}.\n\n')
                return 8
            return self._finish(url, full, head, data)
        self.say(f'{MAX_REDIRECTS} redirections exceeded.\n')
        return 8

    async def _once(self, url: Url) -> tuple[int, Head | None, bytes]:
        try:
            addresses = await resolve(url.host, self.ctx)
        except NameNotFound:
            self.say(f'Resolving {url.host} ({url.host})... failed: Name or service not known.\n')
            self.say(f'wget: unable to resolve host address ‘{url.host}’\n')
            return 4, None, b''
        except OSError:
            self.say(f'wget: unable to resolve host address ‘{url.host}’\n')
            return 4, None, b''
        if addresses != [url.host]:
            self.say(f'Resolving {url.host} ({url.host})... {", ".join(addresses)}\n')
        named = f'{url.host} ({url.host})|{addresses[0]}|' if addresses != [url.host] else url.host
        assert self.ctx.host.network is not None
        tries = int(self.options.get('t')) if self.options.get('t').isdigit() else 1
        for attempt in range(max(tries, 1)):
            if attempt:
                self.say(f'Retrying.\n\n--{self.ctx.simulation.wall():%Y-%m-%d %H:%M:%S}--  (try: {attempt + 1:2d})\n')
            self.say(f'Connecting to {named}:{url.port}... ')
            try:
                connection = await self.ctx.host.network.connect(addresses[0], url.port, self.timeout)
            except OSError as problem:
                self.say(f'failed: {reason(problem)}.\n')
                if isinstance(problem, TimeoutError):
                    continue
                return 4, None, b''
            self.say('connected.\n')
            return await self._exchange(connection, url)
        self.say('Giving up.\n\n')
        return 4, None, b''

    def _verified(self, connection: Connection, url: Url) -> int:
        """0, or wget's status for a certificate that it does not believe."""
        chain = connection.handshake(url.host)
        path = self.options.get('ca-certificate')
        trusted = [self.ctx.files.read_text(normalize(path, self.ctx.cwd))] if path else []
        trouble = tls.problem(chain, url.host, trusted, self.ctx.simulation.wall())
        if not trouble:
            return 0
        certificate = tls.load(chain)[0]
        ignored = 'no-check-certificate' in self.options
        word = 'WARNING' if ignored else 'ERROR'
        if trouble == tls.WRONG_NAME:
            self.say(f'{word}: no certificate subject alternative name matches\n'
                     f'\trequested host name ‘{url.host}’.\n')
        else:
            issuer = certificate.issuer.rfc4514_string()
            reasons = {tls.SELF_SIGNED: 'Self-signed certificate encountered.',
                       tls.UNKNOWN_ISSUER: "Unable to locally verify the issuer's authority.",
                       tls.EXPIRED: 'Issued certificate has expired.', tls.NOT_YET: 'Issued certificate not yet valid.'}
            self.say(f'{word}: cannot verify {url.host}\'s certificate, issued by ‘{issuer}’:\n'
                     f'  {reasons[trouble]}\n')
        if not ignored:
            self.say(f"To connect to {url.host} insecurely, use `--no-check-certificate'.\n")
        return 0 if ignored else 5

    async def _exchange(self, connection: Connection, url: Url) -> tuple[int, Head | None, bytes]:
        try:
            if url.scheme == 'https' and connection.tls is None:
                self.say('OpenSSL: error:0A00010B:SSL routines::wrong version number\n'
                         'Unable to establish SSL connection.\n')
                return 4, None, b''
            if url.scheme == 'https' and (code := self._verified(connection, url)):
                return code, None, b''
            self.say('HTTP request sent, awaiting response... ')
            head, data = await self.within(self.fetch(connection, self.request(url, 'Wget/1.21.3')))
        except TimeoutError:
            self.say('Read error (Connection timed out) in headers.\nGiving up.\n\n')
            return 4, None, b''
        except BadAnswer as problem:
            self.say('No data received.\nGiving up.\n\n' if problem.empty else '200 No headers, assuming HTTP/0.9\n')
            return 4, None, b''
        finally:
            connection.close()
        self.say(f'{head.status} {head.reason}\n')
        if 'S' in self.options:
            self.io.stderr.write(''.join(f'  {line}\n' for line in [
                f'HTTP/{head.version} {head.status} {head.reason}',
                *(f'{name}: {value}' for name, value in head.headers)]))
        return 0, head, data

    def _finish(self, url: Url, full: str, head: Head, data: bytes) -> int:
        if 'spider' in self.options:
            self.say('Remote file exists.\n\n')
            return 0
        path = self.name(url)
        kind = head.get('content-type').partition(';')[0]
        self.say(f'Length: {len(data)} [{kind}]\n' if head.get('content-length') else f'Length: unspecified [{kind}]\n')
        if 'O' not in self.options:
            number, base = 1, path
            while self.ctx.files.exists(normalize(path, self.ctx.cwd)):
                path, number = f'{base}.{number}', number + 1
        shown = 'STDOUT' if path == '-' else f'‘{path}’'
        self.say(f'Saving to: {"‘STDOUT’" if path == "-" else shown}\n\n')
        try:
            self.save(path, data)
        except OSError as problem:
            self.io.stderr.write(f'{path}: {reason(problem)}\n\nCannot write to ‘{path}’ ({reason(problem)}).\n')
            return 3
        moment = f'{self.ctx.simulation.wall():%Y-%m-%d %H:%M:%S}'
        size = f'{len(data)}/{len(data)}' if head.get('content-length') else str(len(data))
        name = path if path != '-' else '-'
        self.say(f'{name[:20]:<20}100%[===================>] {len(data):>7}  --.-KB/s    in 0s      \n\n')
        if 'no-verbose' in self.options:
            self.io.stderr.write(f'{moment} URL:{full} [{size}] -> "{path}" [1]\n')
        elif path == '-':
            self.say(f'{moment} (10.0 MB/s) - written to stdout [{size}]\n\n')
        else:
            self.say(f'{moment} (10.0 MB/s) - {shown} saved [{size}]\n\n')
        return 0
