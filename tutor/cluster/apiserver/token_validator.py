"""Whether tokens of service accounts are still good (pkg/serviceaccount)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import Object, labels
from tutor.client import accounts
from tutor.client.transport import ADMIN, User
from tutor.cluster.account_tokens import ISSUER, LEGACY, LEGACY_ISSUER
from tutor.cluster.jwt import Signer
from tutor.cluster.registry.store import ResourceStores
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

LAST_USED = 'kubernetes.io/legacy-token-last-used'
INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'
PREFIX = 'authentication.kubernetes.io/'
CREDENTIAL_ID = f'{PREFIX}credential-id'
LEEWAY = 60.0
"""Seconds for which what was deleted still vouches for a token."""
_INVALIDATED = 'service account token has been invalidated'


class InvalidToken(Exception):
    """A token of ours that is not good (any more)."""


class Validator:
    """Finds out whose a token is."""

    def __init__(self, stores: ResourceStores, simulation: Simulation, signer: Signer) -> None:
        self._stores = stores
        self._simulation = simulation
        self._signer = signer

    def validate(self, token: str, audiences: Sequence[str] = ()) -> User | None:
        """The account of a token that we have signed, None for others. `audiences`: for whom it has to be, if not for
        the API server. Raises InvalidToken."""
        found = self._signer.verified(token)
        if found is None:
            return None
        if found.get('iss') == LEGACY_ISSUER:
            return self._legacy(token, found)
        wanted = list(audiences) or [ISSUER]
        if not set(wanted) & set(found['aud']):
            raise InvalidToken(f'token audiences {_quoted(found["aud"])} is invalid for the target audiences '
                               f'{_quoted(wanted)}')
        if found['exp'] < self._simulation.wall().timestamp():
            raise InvalidToken('service account token has expired')
        own = found['kubernetes.io']
        space = own['namespace']
        self._check_account(space, own['serviceaccount'])
        for kind, plural in (('secret', 'secrets'), ('pod', 'pods'), ('node', 'nodes')):
            if kind in own and not (kind == 'node' and 'pod' in own):
                self._check_bound(kind, plural, '' if kind == 'node' else space, own[kind])
        extra = {f'{PREFIX}{kind}-{part}': (own[kind][part],) for kind in ('node', 'pod') if kind in own
                 for part in ('name', 'uid')}
        return accounts.user(space, own['serviceaccount']['name'], own['serviceaccount']['uid'],
                             {CREDENTIAL_ID: (f'JTI={found["jti"]}',), **extra})

    def _check_account(self, space: str, reference: Object) -> None:
        name = reference['name']
        found = self._stores.of('', 'serviceaccounts').find(space, name)
        if found is None:
            raise InvalidToken(f'serviceaccounts "{name}" not found')
        if self._is_gone(found):
            raise InvalidToken(f'service account {space}/{name} has been deleted')
        if found['metadata']['uid'] != reference['uid']:
            raise InvalidToken(f'service account UID ({found["metadata"]["uid"]}) does not match claim '
                               f'({reference["uid"]})')

    def _check_bound(self, kind: str, plural: str, space: str, reference: Object) -> None:
        found = self._stores.of('', plural).find(space, reference['name'])
        if found is None or self._is_gone(found):
            raise InvalidToken(_INVALIDATED)
        if found['metadata']['uid'] != reference['uid']:
            raise InvalidToken(f'{kind} UID ({found["metadata"]["uid"]}) does not match service account {kind} ref '
                               f'claim ({reference["uid"]})')

    def _is_gone(self, obj: Object) -> bool:
        deleted = obj['metadata'].get('deletionTimestamp')
        return bool(deleted) and parse_timestamp(deleted) < self._simulation.wall().timestamp() - LEEWAY

    # -- tokens in Secrets --------------------------------------------------------------------------------------

    def _legacy(self, token: str, found: dict[str, Any]) -> User:
        """legacyValidator.Validate."""
        space, name = found[f'{LEGACY}namespace'], found[f'{LEGACY}service-account.name']
        uid = found[f'{LEGACY}service-account.uid']
        secret = self._stores.of('', 'secrets').find(space, found[f'{LEGACY}secret.name'])
        if secret is None or secret['metadata'].get('deletionTimestamp'):
            raise InvalidToken(_INVALIDATED)
        if base64.b64decode((secret.get('data') or {}).get('token', '')).decode('utf-8', 'replace') != token:
            raise InvalidToken("service account token does not match server's copy")
        self._check_account(space, {'name': name, 'uid': uid})
        if INVALID_SINCE in labels(secret):
            raise InvalidToken(
                f'the token in secret {space}/{secret["metadata"]["name"]} for service account {space}/{name} has been '
                'marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or '
                f"remove the '{INVALID_SINCE}' label from the secret to temporarily allow use of this token")
        self._mark_used(secret)
        return accounts.user(space, name, uid)

    def _mark_used(self, secret: Object) -> None:
        """Since when a token was not used shows in a label: it changes once a day."""
        today = datetime.fromtimestamp(self._simulation.wall().timestamp(), UTC).strftime('%Y-%m-%d')
        if labels(secret).get(LAST_USED) == today:
            return
        meta = {**secret['metadata'], 'labels': {**labels(secret), LAST_USED: today}}
        self._stores.of('', 'secrets').replace(
            {**secret, 'metadata': meta}, secret, Context(self._simulation, self._stores, ADMIN))


def _quoted(texts: Sequence[str]) -> str:
    return f'[{" ".join(json.dumps(text) for text in texts)}]'
