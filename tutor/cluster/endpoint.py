"""Where the API server is reached: a socket on the control plane's machine, with a certificate, that may be down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tutor.apimachinery import errors
from tutor.client.link import Link
from tutor.client.rest_config import ConnectionRefused
from tutor.client.transport import Transport
from tutor.cluster.apiserver.server import ApiServer
from tutor.cluster.dialing import no_route, timed_out
from tutor.cluster.network.links import DROPPED, Links
from tutor.cluster.simulation import Simulation

TIME = '%Y-%m-%dT%H:%M:%SZ'


class CertificateExpired(OSError):
    """The server's certificate is no longer valid; the text is that of Go's crypto/tls."""

    def __init__(self, now: datetime, until: datetime) -> None:
        super().__init__('tls: failed to verify certificate: x509: certificate has expired or is not yet valid: '
                         f'current time {now.strftime(TIME)} is after {until.strftime(TIME)}')


class Endpoint:
    """The API server's door. `on_change` is called whenever somebody may have lost or found the way to it.

    A connection that stands goes on when the server's certificate expires; the next one fails.
    """

    def __init__(self, simulation: Simulation, api: ApiServer, links: Links, address: str, machine: str) -> None:
        self.machine = machine
        self.listening = True
        self.certificate_until: datetime | None = None
        """When the server's certificate expired, None while it is good."""
        self.expired_users: set[str] = set()
        """Components whose client certificate has expired, by user name."""
        self.on_change: list[Callable[[], None]] = links.on_change
        self._simulation = simulation
        self._api = api
        self._links = links
        self._address = address
        self._incarnation = 0

    # -- the server's side --------------------------------------------------------------------------------------

    def open(self) -> None:
        """The server's process listens."""
        self.listening = True
        self.changed()

    def close(self) -> None:
        """The server's process has ended, and every connection with it."""
        self.listening = False
        self._incarnation += 1
        for store in self._api.stores.all():
            store.broadcaster.close_all()
        self.changed()

    def changed(self) -> None:
        for told in self.on_change:
            told()

    # -- the clients' side --------------------------------------------------------------------------------------

    def reach(self, machine: str, user: str = '') -> None:
        """Whether a request from a machine gets an answer. Raises OSError with Go's words, or StatusError when the
        certificate of `user` has expired."""
        lost = self._links.between(machine, self.machine)
        if lost:
            raise timed_out(self._address) if lost == DROPPED else no_route(self._address)
        if not self.listening:
            raise ConnectionRefused(f'dial tcp {self._address}: connect: connection refused')
        if user in self.expired_users:
            raise errors.unauthorized('Unauthorized')

    def shake_hands(self) -> None:
        """Begin a TLS connection; raises CertificateExpired."""
        if self.certificate_until is not None:
            raise CertificateExpired(self._simulation.wall(), self.certificate_until)

    def link(self, transport: Transport, machine: str, user: str = '') -> Link:
        """The connection of a component that lives on a machine: kept as long as the server's process lives."""
        connected = self._incarnation

        def check() -> None:
            nonlocal connected
            self.reach(machine, user)
            if connected != self._incarnation:
                self.shake_hands()
                connected = self._incarnation
        return Link(transport, check)

    def dial(self, transport: Transport, machine: str) -> Link:
        """A new connection, as a command makes one. Raises OSError."""
        self.reach(machine)
        self.shake_hands()
        return self.link(transport, machine)
