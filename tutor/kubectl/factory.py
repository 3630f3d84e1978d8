"""What commands share: kubeconfig, client, REST mapping, builder, files (cmdutil.Factory)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from tutor.apimachinery.duration import DurationError, format_duration, parse_duration
from tutor.client.client import Client
from tutor.client.rest_config import ConnectionRefused, RestConfig, Unanswered
from tutor.client.transport import (
    ByteStream,
    ExecSession,
    Request,
    Response,
    Transport,
    UpgradeRefused,
    WatchStream,
)
from tutor.kubectl.discovery import RestMapper
from tutor.kubectl.errors import ConnectionLost, Exit, KubectlError
from tutor.kubectl.klog import log_line
from tutor.kubectl.kubeconfig import ClientConfig, load, paths
from tutor.kubectl.limits import LimitedStream, end_watch
from tutor.kubectl.verbosity import verbose
from tutor.shell.pflag import FlagSet
from tutor.shell.process import IO, Context

if TYPE_CHECKING:
    from tutor.kubectl.resource.builder import Builder

T = TypeVar('T')
_TIMEOUT = re.compile(r'[0-9]+').fullmatch
BAD_TIMEOUT = ('Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a '
               'corresponding time unit (e.g. 1s | 2m | 3h)')


class Factory:
    """One command's way to its surroundings. Nothing is read or connected before it is asked for."""

    def __init__(self, ctx: Context, io: IO, flags: FlagSet) -> None:
        self.ctx = ctx
        self.io = io
        self.flags = flags
        self.warnings: list[str] = []
        self.waited = 0.0
        """Seconds that requests have waited for an answer in vain: they are still to pass (`catch_up`)."""

    @property
    def now(self) -> float:
        """Seconds since 1970, in virtual time: what ages are counted from."""
        return self.ctx.simulation.wall().timestamp()

    # -- kubeconfig ---------------------------------------------------------------------------------------------

    @cached_property
    def config(self) -> ClientConfig:
        return ClientConfig(self.ctx, self.flags, load(self.ctx, self.flags['kubeconfig']))

    def config_paths(self) -> list[str]:
        """The kubeconfig files that are read."""
        return paths(self.ctx, self.flags['kubeconfig'])

    def namespace(self) -> str:
        return self.config.namespace()[0]

    def enforced_namespace(self) -> tuple[str, bool]:
        """The namespace, and whether -n named it: then objects from files must be in it."""
        return self.config.namespace()

    @cached_property
    def rest_config(self) -> RestConfig:
        config = self.config.rest_config()
        self.request_timeout()
        return config

    def request_timeout(self) -> float:
        """--request-timeout in seconds, 0 for none (clientcmd.ParseTimeout)."""
        text = self.flags['request-timeout']
        if not text or _TIMEOUT(text):
            return float(text or 0)
        try:
            return parse_duration(text)
        except DurationError:
            raise KubectlError(BAD_TIMEOUT) from None

    # -- the server ---------------------------------------------------------------------------------------------

    @cached_property
    def connection(self) -> Connection:
        return Connection(self)

    @cached_property
    def client(self) -> Client:
        config = self.rest_config
        transport: Transport = self.connection
        if self.flags['v'] >= 1:
            transport = verbose(self, transport)
        return Client(transport, agent=config.user_agent)

    @cached_property
    def mapper(self) -> RestMapper:
        cache: dict[str, Any] = self.ctx.extras.setdefault('kubectl.discovery', {})
        return RestMapper(self.client, cache, self.rest_config.server,
                          lambda text: self.io.stderr.write(f'Warning: {text}\n'), self._log_discovery)

    def _log_discovery(self, text: str) -> None:
        log_line(self, 'E', 'memcache.go:265', text)

    def builder(self) -> Builder:
        from tutor.kubectl.resource.builder import Builder
        return Builder(self)

    async def catch_up(self) -> None:
        """Let the time pass that requests have waited."""
        waited, self.waited = self.waited, 0.0
        if waited:
            await self.ctx.simulation.sleep(waited)

    # -- files --------------------------------------------------------------------------------------------------

    def path(self, path: str) -> str:
        """Absolute, as the file system wants it."""
        return posixpath.join(self.ctx.cwd, path)

    def read(self, path: str) -> bytes:
        """The content of a file; raises KubectlError with Go's words."""
        try:
            return self.ctx.files.read(self.path(path))
        except OSError as error:
            raise KubectlError(f'open {path}: {(error.strerror or "").lower()}') from None

    # -- warnings -----------------------------------------------------------------------------------------------

    def warn(self, text: str) -> None:
        """A warning of the server, each once (rest.WarningWriter)."""
        if text not in self.warnings:
            self.warnings.append(text)
            self.io.stderr.write(f'Warning: {text}\n')

    def close(self) -> None:
        """What has to be said when the command is done."""
        count = len(self.warnings)
        if self.flags['warnings-as-errors'] and count:
            self.io.stderr.write(f'error: {count} warning{"s" if count > 1 else ""} received\n')
            raise Exit(1)


class Connection:
    """The way to the server that the kubeconfig names. It is made with the first request; the server's warnings are
    printed, and where no server is, each request says so."""

    def __init__(self, factory: Factory) -> None:
        self._factory = factory

    @cached_property
    def _transport(self) -> Transport:
        connect = self._factory.ctx.extras.get('connect')
        config = self._factory.rest_config
        if connect is None:
            host = config.host.replace('localhost', '127.0.0.1')
            raise ConnectionRefused(f'dial tcp {host}: connect: connection refused')
        return connect(config)

    def dial(self, request: Request) -> None:
        """Only open the connection that a request would need. Raises ConnectionLost."""
        self._do(request, lambda: self._transport)

    def send(self, request: Request) -> Response:
        response = self._do(request, lambda: self._transport.send(request))
        self._factory.waited += request.took
        for warning in response.warnings:
            self._factory.warn(warning)
        return response

    def watch(self, request: Request) -> WatchStream:
        stream = self._do(request, lambda: self._transport.watch(request))
        limit = self._factory.request_timeout()
        if limit:
            end_watch(stream, self._factory.ctx.simulation, limit)
        return stream

    def stream(self, request: Request) -> ByteStream:
        stream = self._do(request, lambda: self._transport.stream(request))
        limit = self._factory.request_timeout()
        return LimitedStream(stream, self._factory.ctx.simulation, limit) if limit else stream

    def connect(self, request: Request) -> ExecSession:
        """What refuses to become a stream is no lost connection: remotecommand's error stands as it is."""
        def act() -> ExecSession:
            try:
                return self._transport.connect(request)
            except ConnectionRefused:
                raise
            except OSError as error:
                raise KubectlError(str(error)) from None

        return self._do(request, act)

    def _do(self, request: Request, act: Callable[[], T]) -> T:
        limit = self._factory.request_timeout()
        if limit:
            request.query = {**request.query, 'timeout': format_duration(limit)}
        try:
            return act()
        except UpgradeRefused:
            raise
        except OSError as error:
            config = self._factory.rest_config
            error = self._waited(error, limit)
            shown = f'Unable to connect to the server: {error}'
            if isinstance(error, ConnectionRefused):
                shown = (f'The connection to the server {config.host} was refused - did you specify the '
                         'right host or port?')
            raise ConnectionLost(request.method, config.url(request), str(error), shown) from None

    def _waited(self, error: OSError, limit: float) -> OSError:
        """What is said after an attempt that takes time, which is noted; --request-timeout may end it earlier."""
        if not isinstance(error, Unanswered):
            return error
        self._factory.waited += min(error.after, limit or error.after)
        if limit and limit < error.after:
            return OSError('context deadline exceeded (Client.Timeout exceeded while awaiting headers)')
        return error
