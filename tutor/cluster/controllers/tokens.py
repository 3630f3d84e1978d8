"""Secrets of type service-account-token: filled, and gone with their account (serviceaccount/tokens_controller.go)."""

from __future__ import annotations

import base64

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, annotations, key
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.simulation import Simulation

TYPE = 'kubernetes.io/service-account-token'
NAME = 'kubernetes.io/service-account.name'
UID = 'kubernetes.io/service-account.uid'
FOREVER = 2**32
_BY_ACCOUNT = 'account'


class TokensController(Controller):
    """Keys are secrets."""

    component = 'serviceaccount-token-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers, root_ca: str = '') -> None:
        super().__init__(simulation, client, informers)
        self.root_ca = root_ca
        self.accounts = self.informer('serviceaccounts')
        self.secrets = self.informer('secrets')
        self.secrets.add_index(_BY_ACCOUNT, _account)
        self.secrets.on_change(self._secret_changed)
        self.accounts.on_change(self._account_changed)

    def _secret_changed(self, old: Object | None, new: Object | None) -> None:
        if new is not None and new.get('type') == TYPE:
            self.queue.add(key(new))

    def _account_changed(self, old: Object | None, new: Object | None) -> None:
        for secret in self.secrets.by_index(_BY_ACCOUNT, key(new or old or {})):
            self.queue.add(key(secret))

    def reconcile(self, key: str) -> None:
        """syncSecret."""
        secret = self.secrets.objects.get(key)
        name = annotations(secret).get(NAME) if secret is not None else None
        if secret is None or secret.get('type') != TYPE or not name:
            return
        meta = secret['metadata']
        account = self.client.find('serviceaccounts', name, meta['namespace'])
        if account is None or annotations(secret).get(UID, account['metadata']['uid']) != account['metadata']['uid']:
            self._delete(meta)
            return
        data = secret.get('data') or {}
        wanted = {'ca.crt': _encoded(self.root_ca), 'namespace': _encoded(meta['namespace'])}
        if data.get('token') and wanted.items() <= data.items() and UID in annotations(secret):
            return
        token = data.get('token') or _encoded(self._token(account))
        notes = {**annotations(secret), UID: account['metadata']['uid']}
        self.client.update('secrets', {**secret, 'metadata': {**meta, 'annotations': notes},
                                       'data': {**data, **wanted, 'token': token}})

    def _token(self, account: Object) -> str:
        meta = account['metadata']
        request = {'apiVersion': 'authentication.k8s.io/v1', 'kind': 'TokenRequest',
                   'spec': {'audiences': [], 'expirationSeconds': FOREVER}}
        answer = self.client.create('serviceaccounts', request, meta['namespace'], meta['name'], 'token')
        return answer['status']['token']

    def _delete(self, meta: Object) -> None:
        try:
            self.client.delete('secrets', meta['name'], meta['namespace'], {
                'kind': 'DeleteOptions', 'apiVersion': 'v1', 'preconditions': {'uid': meta['uid']}})
        except StatusError as error:
            if error.code not in (404, 409):
                raise


def _account(secret: Object) -> tuple[str, ...]:
    name = annotations(secret).get(NAME)
    if secret.get('type') != TYPE or not name:
        return ()
    return (f'{secret["metadata"]["namespace"]}/{name}',)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
