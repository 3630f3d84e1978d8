"""What tokens of service accounts claim (pkg/serviceaccount)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.client import accounts
from tutor.cluster.jwt import ALGORITHM

ISSUER = 'https://kubernetes.default.svc.cluster.local'
LEGACY_ISSUER = 'kubernetes/serviceaccount'
LEGACY = 'kubernetes.io/serviceaccount/'
TYPE = 'kubernetes.io/service-account-token'
WARN_ONLY = 3607
"""The lifetime that the admission plug-in asks for a pod's token: it is extended, so that old clients live on."""
EXTENSION = 365 * 24 * 3600


def claims(account: Object, audiences: Sequence[str], now: datetime, seconds: int, bound: Mapping[str, Object],
           identity: str) -> dict[str, Any]:
    """Claims. `bound`: the pod, secret or node that the token is bound to, with a pod its node."""
    meta, issued = account['metadata'], int(now.timestamp())
    own: dict[str, Any] = {'namespace': meta['namespace'], 'serviceaccount': _reference(account)}
    own |= {kind: _reference(obj) for kind, obj in bound.items()}
    expires = issued + seconds
    if 'pod' in bound and seconds == WARN_ONLY and ISSUER in audiences:
        own['warnafter'], expires = expires, issued + EXTENSION
    return {'aud': list(audiences), 'exp': expires, 'iat': issued, 'iss': ISSUER, 'jti': identity,
            'kubernetes.io': dict(sorted(own.items())), 'nbf': issued,
            'sub': accounts.username(meta['namespace'], meta['name'])}


def legacy_claims(account: Object, secret: Object) -> dict[str, Any]:
    """LegacyClaims: of a token that is kept in a Secret, and has no end."""
    meta = account['metadata']
    return {'iss': LEGACY_ISSUER, f'{LEGACY}namespace': meta['namespace'],
            f'{LEGACY}secret.name': secret['metadata']['name'], f'{LEGACY}service-account.name': meta['name'],
            f'{LEGACY}service-account.uid': meta['uid'],
            'sub': accounts.username(meta['namespace'], meta['name'])}


def issuer_document(address: str) -> dict[str, Any]:
    """What an OpenID Connect provider tells of itself (openIDMetadata); `address`: where the API server is reached."""
    return {'issuer': ISSUER, 'jwks_uri': f'https://{address}/openid/v1/jwks', 'response_types_supported': ['id_token'],
            'subject_types_supported': ['public'], 'id_token_signing_alg_values_supported': [ALGORITHM]}


def _reference(obj: Object) -> Object:
    return {'name': obj['metadata']['name'], 'uid': obj['metadata']['uid']}
