"""serviceaccounts/token: a signed token for an account (registry/core/serviceaccount/storage/token.go)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta

from tutor.apimachinery import errors
from tutor.apimachinery import field as field_errors
from tutor.apimachinery.objects import Object
from tutor.client.transport import Response
from tutor.cluster.apiserver import decoding
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.apiserver.subresources.subresource import SubresourceHandler

ISSUER = 'https://kubernetes.default.svc.cluster.local'
MINIMUM, MAXIMUM, DEFAULT = 600, 1 << 32, 3600


def create(scope: Scope) -> Response:
    request = decoding.check_types(decoding.read_body(scope), 'authentication.k8s.io', 'v1', 'TokenRequest')
    account = scope.store.get(scope.info.namespace, scope.info.name)
    spec = request.get('spec') or {}
    seconds = spec.get('expirationSeconds') or DEFAULT
    _check(seconds)
    _check_bound(scope, spec.get('boundObjectRef') or {})
    now = scope.server.simulation.wall()
    expires = now + timedelta(seconds=seconds)
    audiences = spec.get('audiences') or [ISSUER]
    token = sign(scope.server.keys.token_key, account, audiences, int(now.timestamp()), int(expires.timestamp()))
    kept = {'name': scope.info.name, 'namespace': scope.info.namespace,
            'creationTimestamp': scope.server.simulation.timestamp()}
    answer = {
        'kind': 'TokenRequest', 'apiVersion': 'authentication.k8s.io/v1', 'metadata': kept,
        'spec': {'audiences': audiences, 'expirationSeconds': seconds, 'boundObjectRef': spec.get('boundObjectRef')},
        'status': {'token': token, 'expirationTimestamp': expires.strftime('%Y-%m-%dT%H:%M:%SZ')}}
    return Response(201, answer)


def _check(seconds: int) -> None:
    problem = ''
    if seconds < MINIMUM:
        problem = 'may not specify a duration less than 10 minutes'
    elif seconds > MAXIMUM:
        problem = 'may not specify a duration larger than 2^32 seconds'
    if problem:
        raise errors.invalid('authentication.k8s.io', 'TokenRequest', '', [
            field_errors.invalid('spec.expirationSeconds', seconds, problem)])


def _check_bound(scope: Scope, reference: Object) -> None:
    """The object that a token is bound to has to be there (registry/core/serviceaccount/storage/token.go)."""
    plural = {'Pod': 'pods', 'Secret': 'secrets', 'Node': 'nodes'}.get(reference.get('kind', ''))
    if plural is None:
        return
    found = scope.server.stores.of('', plural).get(scope.info.namespace, reference.get('name', ''))
    uid = reference.get('uid')
    if uid and uid != found['metadata']['uid']:
        raise errors.conflict('', plural, reference.get('name', ''), (
            f'the UID in the bound object reference ({uid}) does not match the UID in record. The object might have '
            'been deleted and then recreated'))


def sign(key: bytes, account: Object, audiences: list[str], issued: int, expires: int) -> str:
    """A JSON Web Token that says who the account is, until when."""
    meta = account['metadata']
    claims = {
        'aud': audiences, 'exp': expires, 'iat': issued, 'iss': ISSUER, 'nbf': issued,
        'kubernetes.io': {'namespace': meta['namespace'],
                          'serviceaccount': {'name': meta['name'], 'uid': meta['uid']}},
        'sub': f'system:serviceaccount:{meta["namespace"]}:{meta["name"]}'}
    head = encode(json.dumps({'alg': 'HS256', 'typ': 'JWT'}).encode())
    body = encode(json.dumps(claims, separators=(',', ':')).encode())
    signature = hmac.new(key, f'{head}.{body}'.encode(), hashlib.sha256).digest()
    return f'{head}.{body}.{encode(signature)}'


def encode(data: bytes) -> str:
    """base64url without padding, as in a JSON Web Token."""
    return base64.urlsafe_b64encode(data).decode().rstrip('=')


HANDLER = SubresourceHandler({'create': create})
