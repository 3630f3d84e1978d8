"""Secrets of type service-account-token: filled, and gone with their account (serviceaccount/tokens_controller.go)."""

from __future__ import annotations

import base64

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, annotations, key
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.account_tokens import TYPE, legacy_claims
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.jwt import Signer
from tutor.cluster.simulation import Simulation

NAME = 'kubernetes.io/service-account.name'
UID = 'kubernetes.io/service-account.uid'
_BY_ACCOUNT = 'account'


class TokensController(Controller):
    """Keys are secrets."""

    component = 'serviceaccount-token-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers, root_ca: str,
                 tokens: Signer) -> None:
        super().__init__(simulation, client, informers)
        self.root_ca = root_ca
        self.tokens = tokens
        self.accounts = self.informer('serviceaccounts')
        self.secrets = self.informer('secrets')
        self.secrets.add_index(_BY_ACCOUNT, _account)
        self._gone: dict[str, str] = {}
        """The accounts whose secrets are no more, by those."""
        self.secrets.on_change(self._secret_changed)
        self.accounts.on_change(self._account_changed)

    def _secret_changed(self, old: Object | None, new: Object | None) -> None:
        secret: Object = new or old or {}
        if secret.get('type') != TYPE:
            return
        if new is None:
            self._gone[key(secret)] = annotations(secret).get(NAME, '')
        self.queue.add(key(secret))

    def _account_changed(self, old: Object | None, new: Object | None) -> None:
        for secret in self.secrets.by_index(_BY_ACCOUNT, key(new or old or {})):
            self.queue.add(key(secret))

    def reconcile(self, key: str) -> None:
        """syncSecret."""
        secret = self.secrets.objects.get(key)
        if secret is None:
            self._forget(key, self._gone.pop(key, ''))
            return
        name = annotations(secret).get(NAME)
        if secret.get('type') != TYPE or not name:
            return
        meta = secret['metadata']
        account = self.client.find('serviceaccounts', name, meta['namespace'])
        if account is None or annotations(secret).get(UID, account['metadata']['uid']) != account['metadata']['uid']:
            self._delete(secret)
        else:
            self._fill(secret, account)

    def _fill(self, secret: Object, account: Object) -> None:
        """generateTokenIfNeeded: what somebody has put there as the namespace or the token stays."""
        meta, data = secret['metadata'], secret.get('data') or {}
        certificate = _encoded(self.root_ca)
        if data.get('token') and data.get('namespace') and (not certificate or data.get('ca.crt') == certificate):
            return
        fresh = {'namespace': _encoded(meta['namespace']), **{name: value for name, value in data.items() if value}}
        if certificate:
            fresh['ca.crt'] = certificate
        if not fresh.get('token'):
            fresh['token'] = _encoded(self.tokens.sign(legacy_claims(account, secret)))
        notes = {**annotations(secret), NAME: account['metadata']['name'], UID: account['metadata']['uid']}
        self.client.update('secrets', {**secret, 'metadata': {**meta, 'annotations': notes}, 'data': fresh})

    def _forget(self, secret: str, name: str) -> None:
        """removeSecretReference."""
        space, _, own = secret.partition('/')
        account = self.client.find('serviceaccounts', name, space) if name else None
        if account is None or all(entry.get('name') != own for entry in account.get('secrets') or ()):
            return
        kept = [entry for entry in account['secrets'] if entry.get('name') != own]
        self.client.update('serviceaccounts', {**account, 'secrets': kept})

    def _delete(self, secret: Object) -> None:
        try:
            self.client.remove('secrets', secret, preconditions={'uid': secret['metadata']['uid']})
        except StatusError as error:
            if error.code != 409:
                raise


def _account(secret: Object) -> tuple[str, ...]:
    name = annotations(secret).get(NAME)
    if secret.get('type') != TYPE or not name:
        return ()
    return (f'{secret["metadata"]["namespace"]}/{name}',)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
