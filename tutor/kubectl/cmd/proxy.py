"""kubectl proxy: the API server over plain HTTP on this machine, as the user of the kubeconfig."""

from __future__ import annotations

import re
from typing import Any

from tutor.apimachinery.http.dates import http_date
from tutor.client.transport import Response, Transport
from tutor.cluster.containers.gateway import Gateway
from tutor.cluster.containers.http import HttpRequest
from tutor.cluster.simulation import Future
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import Exit, KubectlError
from tutor.kubectl.klog import FATAL, log_line, log_warning
from tutor.kubectl.regexps import compile_pattern
from tutor.shell.pflag import Flag
from tutor.shell.process import NameNotFound
from tutor.shell.vfs import normalize

TEXT = 'text/plain; charset=utf-8'
FILTERS = ('accept-hosts', 'accept-paths', 'reject-paths', 'reject-methods')
PORTS = range(65536)


class ProxyOptions(Options):
    def validate(self) -> None:
        if self.flags['unix-socket']:
            raise KubectlError('--unix-socket is not simulated; use --port')

    async def run(self) -> None:
        """Listen, and serve until an interrupt."""
        ctx = self.factory.ctx
        self._look_at_folder()
        if not self.flags['disable-filter']:
            self._filters = {name: self._patterns(name) for name in FILTERS}
        listener = await self._listen()
        self.out(f'Starting to serve on {self._address}:{listener.port}\n')
        over: Future[None] = Future(ctx.simulation)
        ctx.signals['INT'] = lambda: over.resolve(None)
        try:
            await over
        finally:
            ctx.signals.pop('INT', None)
            listener.close()

    async def _listen(self) -> Any:
        """net.Listen. Raises KubectlError."""
        ctx, address, port = self.factory.ctx, self.flags['address'], int(self.flags['port'])
        network = ctx.host.network
        gateway = Gateway(self._dial, lambda: http_date(ctx.simulation.wall()))
        if port not in PORTS:
            raise KubectlError(f'listen tcp: address {port}: invalid port')
        try:
            if network is None:
                raise OSError('cannot assign requested address')
            [where, *_] = await network.resolve(address)
            self._address = '[::]' if where == '0.0.0.0' else where
            return network.listen(port, gateway, where)
        except NameNotFound:
            raise KubectlError(f'listen tcp: lookup {address}: no such host') from None
        except OSError as problem:
            reason = (problem.strerror or str(problem)).lower()
            raise KubectlError(f'listen tcp {address}:{port}: bind: {reason}') from None

    def _look_at_folder(self) -> None:
        """Static files that are not there are only warned of."""
        www = self.flags['www']
        if www and not self.factory.ctx.files.is_dir(normalize(www, self.factory.ctx.cwd)):
            log_warning(self.factory, 'proxy.go:200',
                        f'Failed to stat static file directory {www}: stat {www}: no such file or directory')

    def _patterns(self, flag: str) -> list[re.Pattern[str]]:
        """MakeRegexpArrayOrDie."""
        try:
            return [compile_pattern(pattern) for pattern in self.flags[flag].split(',')]
        except KubectlError as error:
            log_line(self.factory, 'F', 'proxy_server.go:83', f'Error compiling re: {error}')
            raise Exit(FATAL) from None

    def _dial(self, request: HttpRequest, _: Any) -> Transport | Response:
        """Filters first, then static files, then the API server (kubectl/pkg/proxy: FilterServer.accept)."""
        if not self.flags['disable-filter'] and not self._accepted(request):
            return Response(403, 'Forbidden\n', content_type=TEXT)
        www, prefix = self.flags['www'], self._slashed(self.flags['www-prefix'])
        if www and request.path.startswith(prefix):
            return self._file(f'{www}/{request.path.removeprefix(prefix)}')
        prefix = self._slashed(self.flags['api-prefix'])
        if not request.path.startswith(prefix):
            return Response(404, '404 page not found\n', content_type=TEXT)
        request.target = '/' + request.target.removeprefix(prefix)
        request.headers.pop('authorization', None)
        return self.factory.client.transport

    @staticmethod
    def _slashed(prefix: str) -> str:
        return f'/{prefix.strip("/")}/' if prefix.strip('/') else '/'

    def _accepted(self, request: HttpRequest) -> bool:
        host = re.sub(r':\d+$', '', request.headers.get('host', ''))

        def matches(flag: str, text: str) -> bool:
            return any(pattern.search(text) for pattern in self._filters[flag])

        return matches('accept-hosts', host) and matches('accept-paths', request.path) and \
            not matches('reject-paths', request.path) and not matches('reject-methods', request.method)

    def _file(self, path: str) -> Response:
        ctx = self.factory.ctx
        try:
            return Response(200, ctx.files.read(normalize(path, ctx.cwd)), content_type=TEXT)
        except OSError:
            return Response(404, '404 page not found\n', content_type=TEXT)


COMMAND = Command(
    usage='proxy [--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix]',
    long="""
        Creates a proxy server or application-level gateway between localhost and the Kubernetes API server. It also
        allows serving static content over specified HTTP path. All incoming data enters through one port and gets
        forwarded to the remote Kubernetes API server port, except for the path matching the static content path.
        """,
    examples="""
        # To proxy all of the Kubernetes API and nothing else
        kubectl proxy --api-prefix=/

        # To proxy only part of the Kubernetes API and also some static files
        # You can get pods info with 'curl localhost:8001/api/v1/pods'
        kubectl proxy --www=/my/files --www-prefix=/static/ --api-prefix=/api/

        # To proxy the entire Kubernetes API at a different root
        # You can get pods info with 'curl localhost:8001/custom/api/v1/pods'
        kubectl proxy --api-prefix=/custom/

        # Run a proxy to the Kubernetes API server on port 8011, serving static content from ./local/www/
        kubectl proxy --port=8011 --www=./local/www/

        # Run a proxy to the Kubernetes API server on an arbitrary local port
        # The chosen port for the server will be output to stdout
        kubectl proxy --port=0

        # Run a proxy to the Kubernetes API server, changing the API prefix to k8s-api
        # This makes e.g. the pods API available at localhost:8001/k8s-api/v1/pods/
        kubectl proxy --api-prefix=/k8s-api
        """,
    flags=(
        Flag('accept-hosts', default=r'^localhost$,^127\.0\.0\.1$,^\[::1\]$', help='Regular expression for hosts that '
             'the proxy should accept.'),
        Flag('accept-paths', default='^.*', help='Regular expression for paths that the proxy should accept.'),
        Flag('address', default='127.0.0.1', help='The IP address on which to serve on.'),
        Flag('api-prefix', default='/', help='Prefix to serve the proxied API under.'),
        Flag('append-server-path', default=False, help='If true, enables automatic path appending of the kube context '
             'server path to each request.'),
        Flag('disable-filter', default=False, help='If true, disable request filtering in the proxy. This is dangerous,'
             ' and can leave you vulnerable to XSRF attacks, when used with an accessible port.'),
        Flag('keepalive', default=0.0, kind='duration', help='keepalive specifies the keep-alive period for an active '
             'network connection. Set to 0 to disable keepalive.'),
        Flag('port', 'p', 8001, 'The port on which to run the proxy. Set to 0 to pick a random port.'),
        Flag('reject-methods', default='^$', help='Regular expression for HTTP methods that the proxy should reject '
             '(example --reject-methods=\'POST,PUT,PATCH\'). '),
        Flag('reject-paths', default='^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach', help='Regular expression for '
             'paths that the proxy should reject. Paths specified here will be rejected even accepted by '
             '--accept-paths.'),
        Flag('unix-socket', 'u', help='Unix socket on which to run the proxy.'),
        Flag('www', 'w', help='Also serve static files from the given directory under the specified prefix.'),
        Flag('www-prefix', 'P', '/static/', 'Prefix to serve static files under, if static file directory is '
             'specified.'),
    ),
    options=ProxyOptions,
)
