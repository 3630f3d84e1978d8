"""Bootstrap tokens: the signatures of cluster-info by which who joins knows the cluster, and the end of tokens whose
time is over (pkg/controller/bootstrap)."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.apimachinery.bootstrap_tokens import NAMESPACE, PREFIX, SIGNATURE, TYPE, expiration, is_for, read, signature
from tutor.apimachinery.objects import Object, key
from tutor.client.client import Client
from tutor.client.informer import Informer, Informers
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.simulation import Simulation

PUBLIC, CLUSTER_INFO = 'kube-public', 'cluster-info'


class BootstrapSigner(Controller):
    """Signs the kubeconfig in cluster-info with the secret of each token that is for signing."""

    component = 'bootstrap-signer'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.secrets, self.maps = self.informer('secrets'), self.informer('configmaps')
        self.secrets.on_change(self._secret_changed)
        self.maps.on_change(self._map_changed)

    def _secret_changed(self, old: Object | None, new: Object | None) -> None:
        if _is_token(new or old or {}):
            self.queue.add(CLUSTER_INFO)

    def _map_changed(self, old: Object | None, new: Object | None) -> None:
        if key(new or old or {}) == f'{PUBLIC}/{CLUSTER_INFO}':
            self.queue.add(CLUSTER_INFO)

    def reconcile(self, key: str) -> None:
        """signConfigMap."""
        info = self.maps.get(PUBLIC, CLUSTER_INFO)
        data = (info or {}).get('data') or {}
        if info is None or 'kubeconfig' not in data:
            return
        now = self.seconds()
        signed = {f'{SIGNATURE}{identity}': signature(data['kubeconfig'], identity, secret)
                  for identity, secret, until in tokens(self.secrets) if until is None or until > now}
        others = {name: value for name, value in data.items() if not name.startswith(SIGNATURE)}
        if {**others, **signed} != data:
            self.client.update('configmaps', {**info, 'data': {**others, **signed}})


class TokenCleaner(Controller):
    """Deletes a token when its time is over."""

    component = 'token-cleaner'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.secrets = self.informer('secrets')
        self.secrets.on_change(self._changed)

    def _changed(self, old: Object | None, new: Object | None) -> None:
        if new is not None and _is_token(new):
            self.queue.add(key(new))

    def reconcile(self, key: str) -> None:
        """evalSecret."""
        secret = self.secrets.objects.get(key)
        until = expiration(read(secret)) if secret is not None else None
        if secret is None or until is None:
            return
        left = until - self.seconds()
        if left > 0:
            self.postpone(key, left)
            return
        self.client.remove('secrets', secret, preconditions={'uid': secret['metadata']['uid']})


def tokens(secrets: Informer) -> Iterator[tuple[str, str, float | None]]:
    """The identifier, secret and end of each token for signing (validateSecretForSigning)."""
    for secret in secrets.list():
        if not _is_token(secret):
            continue
        fields = read(secret)
        identity, value = fields.get('token-id', ''), fields.get('token-secret', '')
        named = secret['metadata']['name'] == f'{PREFIX}{identity}'
        if identity and value and named and is_for(fields, 'signing'):
            yield identity, value, expiration(fields)


def _is_token(secret: Object) -> bool:
    return secret.get('type') == TYPE and secret['metadata'].get('namespace') == NAMESPACE
