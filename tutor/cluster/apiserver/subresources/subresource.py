"""What one subresource can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tutor.client.transport import ByteStream, ExecSession, Response
from tutor.cluster.apiserver.scope import Scope


@dataclass(frozen=True, slots=True)
class SubresourceHandler:
    """Handlers by verb; `stream` for what is read over time (logs), `connect` for two-way streams (exec)."""

    verbs: Mapping[str, Callable[[Scope], Response]] = field(default_factory=dict)
    stream: Callable[[Scope], ByteStream] | None = None
    connect: Callable[[Scope], ExecSession] | None = None
