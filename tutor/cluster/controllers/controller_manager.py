"""kube-controller-manager: starts and stops all controllers together."""

from __future__ import annotations

from tutor.client import accounts
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.link import Answering
from tutor.client.transport import AUTHENTICATED, Transport, User
from tutor.cluster.controllers.catalog import CONTROLLERS, NODE_IPAM, Entry
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.settings import Settings
from tutor.cluster.simulation import Simulation

AGENT = 'kube-controller-manager'
_OWN = User('system:kube-controller-manager', (AUTHENTICATED,))


class ControllerManager:
    """The process. While it is stopped nothing is reconciled; a new start begins from what the API server has."""

    def __init__(self, simulation: Simulation, transport: Transport, settings: Settings | None = None,
                 controllers: tuple[Entry, ...] = CONTROLLERS) -> None:
        self.simulation = simulation
        self.transport = transport
        self.settings = settings or Settings()
        self.controllers: list[Controller] = []
        self._entries = controllers
        self._informers: Informers | None = None

    @property
    def running(self) -> bool:
        return self._informers is not None

    @property
    def names(self) -> list[str]:
        """What --controllers calls those that it runs."""
        return [entry.name for entry in self._chosen()]

    def _chosen(self) -> list[Entry]:
        entries = (*self._entries, *((NODE_IPAM,) if self.settings.pods is not None else ()))
        return [entry for entry in entries if entry.name not in self.settings.switched_off]

    def start(self) -> None:
        if self.running:
            return
        informers = self._informers = Informers(self.simulation, Client(Answering(self.transport), _OWN, AGENT))
        self.controllers = [entry.make(self.simulation, self._client(entry.account), informers, self.settings)
                            for entry in self._chosen()]
        informers.start()
        for controller in self.controllers:
            controller.start()

    def stop(self) -> None:
        if self._informers is None:
            return
        for controller in self.controllers:
            controller.stop()
        self._informers.stop()
        self._informers = None
        self.controllers = []

    def _client(self, account: str) -> Client:
        """Each controller acts as its own service account (--use-service-account-credentials)."""
        if not account:
            return Client(Answering(self.transport), _OWN, AGENT)
        user = accounts.user('kube-system', account)
        return Client(Answering(self.transport), user, AGENT, f'{AGENT}/v1.36.1 (linux/amd64) {account}')
