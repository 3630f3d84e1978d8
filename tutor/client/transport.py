"""The one door between the two halves: a request to a Kubernetes API server and its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tutor.cluster.simulation import Future, Pipe, Reader, Writer

ANONYMOUS = 'system:anonymous'
MASTERS, AUTHENTICATED, UNAUTHENTICATED = 'system:masters', 'system:authenticated', 'system:unauthenticated'
"""The user and the groups that the API server knows by itself (apiserver/pkg/authentication/user)."""


@dataclass(frozen=True, slots=True)
class User:
    """Who asks. In process it is asserted by the caller, as a client certificate would."""

    name: str = 'kubernetes-admin'
    groups: tuple[str, ...] = (MASTERS, AUTHENTICATED)
    uid: str = ''
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


ADMIN = User()

MERGE_PATCH = 'application/merge-patch+json'
JSON_PATCH = 'application/json-patch+json'
STRATEGIC_PATCH = 'application/strategic-merge-patch+json'
APPLY_PATCH = 'application/apply-patch+yaml'
JSON = 'application/json'
TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'


@dataclass(slots=True)
class Request:
    """One API request. `user` is who the connection has proved to be, `impersonate` whom it wants to act as
    (`kubectl --as`). `query` has the real parameter names (labelSelector, fieldManager, dryRun, force, …);
    `body` is a decoded object, never mutated by the server, or bytes/str that the server decodes."""

    method: str
    path: str
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    content_type: str = JSON
    accept: str = JSON
    user: User = ADMIN
    impersonate: User | None = None
    user_agent: str = ''
    took: float = 0.0
    """Seconds that the server has waited for others before it answered: whoever asks lets them pass."""


@dataclass(slots=True)
class Response:
    """The answer to a request: an object (or a Status, or text), an HTTP code, warnings to be shown to the user.

    The body is shared with the store: reading it is free, changing it is forbidden (copy first).
    """

    status: int
    body: Any
    warnings: tuple[str, ...] = ()
    content_type: str = JSON


class UpgradeRefused(ConnectionError):
    """The server was reached, and the connection did not become a stream: the text is what kubectl says of it."""


class WatchStream(Protocol):
    """A running watch. `next` gives the next event {'type', 'object'}, None once the server has ended it;
    `subscribe` has them delivered in batches instead, and then None."""

    async def next(self) -> dict[str, Any] | None: ...
    def subscribe(self, deliver: Callable[[list[dict[str, Any]] | None], None]) -> None: ...
    def close(self) -> None: ...


class ByteStream(Protocol):
    """A running `logs`: a Reader whose end is the end of the log (with follow: of the container)."""

    reader: Reader

    def close(self) -> None: ...


@dataclass(slots=True)
class ExecSession:
    """A running exec or attach: write to stdin, read stdout and stderr, await `status` for the final metav1.Status
    ({'status': 'Success'}, or a Failure with reason NonZeroExitCode and its cause ExitCode). `console` is
    the pseudo terminal in a container of the simulation; a real server has its own."""

    stdin: Writer | None
    stdout: Pipe
    stderr: Pipe | None
    status: Future[dict[str, Any]]
    resize: Any = None
    console: Any = None

    def close(self) -> None:
        """Hang up: what runs loses its streams."""
        if self.stdin is not None:
            self.stdin.close()
        self.stdout.close_read()
        if self.stderr is not None:
            self.stderr.close_read()


class Transport(Protocol):
    """A way to an API server.

    `send` answers at once and never raises for an API error: that is a Response with a Status body. The streaming
    verbs return their stream, or raise StatusError when refused.
    """

    def send(self, request: Request) -> Response: ...
    def watch(self, request: Request) -> WatchStream: ...
    def stream(self, request: Request) -> ByteStream: ...
    def connect(self, request: Request) -> ExecSession: ...
