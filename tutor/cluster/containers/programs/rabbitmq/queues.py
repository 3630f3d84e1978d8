"""The queues of a server, and the messages in them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tutor.cluster.simulation import Future, Simulation


@dataclass(slots=True)
class Message:
    """One of them; `body` is base64."""

    body: str
    persistent: bool


@dataclass(slots=True)
class Queue:
    """Messages that nobody has yet, how many are with consumers, and who waits for one."""

    durable: bool
    ready: deque[Message] = field(default_factory=deque)
    unacknowledged: int = 0
    waiting: deque[Future[None]] = field(default_factory=deque)

    async def take(self, simulation: Simulation) -> Message:
        """The next message, as soon as there is one."""
        while not self.ready:
            self.waiting.append(turn := simulation.future())
            await turn
        self.unacknowledged += 1
        return self.ready.popleft()

    def put(self, message: Message) -> None:
        self.ready.append(message)
        self._wake()

    def give_back(self, message: Message) -> None:
        """A message that its consumer has not acknowledged comes first again."""
        self.unacknowledged -= 1
        self.ready.appendleft(message)
        self._wake()

    def _wake(self) -> None:
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done:
                turn.resolve(None)
                return

    def plain(self) -> list[str]:
        """What outlives the server."""
        return [message.body for message in self.ready if message.persistent]


def restored(saved: dict[str, Any]) -> dict[str, Queue]:
    """The durable queues, as they were saved."""
    return {name: Queue(True, deque(Message(body, True) for body in bodies)) for name, bodies in saved.items()}
