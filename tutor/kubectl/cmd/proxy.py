"""kubectl proxy: the API server over plain HTTP on this machine, as the user of the kubeconfig."""

from __future__ import annotations

import re
from typing import Any

from tutor.client.transport import Response, Transport
from tutor.cluster.containers.gateway import Gateway
from tutor.cluster.containers.http import HttpRequest
from tutor.cluster.simulation import Future
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import Flag
from tutor.shell.vfs import normalize

TEXT = 'text/plain; charset=utf-8'


class ProxyOptions(Options):
    async def run(self) -> None:
        """Listen, and serve until an interrupt."""
        ctx, address, port = self.factory.ctx, self.flags['address'], int(self.flags['port'])
        network: Any = ctx.host.network
        gateway = Gateway(self._dial, lambda: f'{ctx.simulation.wall():%a, %d %b %Y %H:%M:%S} GMT')
        try:
            if network is None:
                raise OSError('cannot assign requested address')
            listener = network.listen(port, gateway, address)
        except OSError as problem:
            reason = (problem.strerror or str(problem)).lower()
            raise KubectlError(f'listen tcp {address}:{port}: bind: {reason}') from None
        self.out(f'Starting to serve on {address}:{listener.port}\n')
        over: Future[None] = Future(ctx.simulation)
        ctx.signals['INT'] = lambda: over.resolve(None)
        try:
            await over
        finally:
            ctx.signals.pop('INT', None)
            listener.close()

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
        flags = self.flags
        return _matches(flags['accept-hosts'], host) and _matches(flags['accept-paths'], request.path) and \
            not _matches(flags['reject-paths'], request.path) and not _matches(flags['reject-methods'], request.method)

    def _file(self, path: str) -> Response:
        ctx = self.factory.ctx
        try:
            return Response(200, ctx.files.read(normalize(path, ctx.cwd)), content_type=TEXT)
        except OSError:
            return Response(404, '404 page not found\n', content_type=TEXT)


def _matches(patterns: str, text: str) -> bool:
    """Whether one of a list of regular expressions is found; raises KubectlError for a bad one."""
    try:
        return any(re.search(pattern, text) for pattern in patterns.split(','))
    except re.error as problem:
        raise KubectlError(f'error parsing regexp: {problem}') from None


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
