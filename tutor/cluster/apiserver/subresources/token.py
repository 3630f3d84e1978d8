"""serviceaccounts/token: a signed token for an account (registry/core/serviceaccount/storage/token.go)."""

from __future__ import annotations

from datetime import timedelta

from tutor.apimachinery import errors
from tutor.apimachinery import field as field_errors
from tutor.apimachinery.objects import Object
from tutor.client.transport import Response
from tutor.cluster import account_tokens, jwt
from tutor.cluster.apiserver import decoding
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.apiserver.subresources.subresource import SubresourceHandler

MINIMUM, MAXIMUM, DEFAULT = 600, 1 << 32, 3600


def create(scope: Scope) -> Response:
    request = decoding.check_types(decoding.read_body(scope), 'authentication.k8s.io', 'v1', 'TokenRequest')
    account = scope.store.get(scope.info.namespace, scope.info.name)
    spec = request.get('spec') or {}
    restriction = scope.server.admission.node_restriction()
    if restriction is not None:
        restriction.check_token(scope, spec)
    seconds = spec.get('expirationSeconds') or DEFAULT
    _check(seconds)
    bound = _bound(scope, spec.get('boundObjectRef') or {})
    simulation = scope.server.simulation
    now, audiences = simulation.wall(), spec.get('audiences') or [account_tokens.ISSUER]
    identity = jwt.identifier(account['metadata']['uid'], audiences, seconds, sorted(bound), simulation.now)
    token = scope.server.keys.tokens.sign(
        account_tokens.claims(account, audiences, now, seconds, bound, identity))
    kept = {'name': scope.info.name, 'namespace': scope.info.namespace,
            'creationTimestamp': simulation.timestamp()}
    expires = now + timedelta(seconds=seconds)
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


def _bound(scope: Scope, reference: Object) -> dict[str, Object]:
    """The object that a token is bound to, which has to be there, with a pod its node (TokenREST.Create)."""
    if not reference:
        return {}
    kind, name, version = reference.get('kind', ''), reference.get('name', ''), reference.get('apiVersion') or 'v1'
    plural = {'Pod': 'pods', 'Secret': 'secrets', 'Node': 'nodes'}.get(kind)
    if plural is None or version != 'v1':
        group_version = version if '/' in version else f'/{version}'
        raise errors.bad_request(
            f'cannot bind token for serviceaccount to object of type {group_version}, Kind={kind}')
    found = scope.server.stores.of('', plural).get('' if kind == 'Node' else scope.info.namespace, name)
    if kind == 'Pod' and (found['spec'].get('serviceAccountName') or 'default') != scope.info.name:
        raise errors.bad_request(f'cannot bind token for serviceaccount "{scope.info.name}" to pod running with '
                                 'different serviceaccount name.')
    uid = reference.get('uid')
    if uid and uid != found['metadata']['uid']:
        raise errors.conflict('', plural, name, (
            f'the UID in the bound object reference ({uid}) does not match the UID in record. The object might have '
            'been deleted and then recreated'))
    bound = {kind.lower(): found}
    node = scope.server.stores.of('', 'nodes').find('', found['spec'].get('nodeName', '')) if kind == 'Pod' else None
    return bound | ({'node': node} if node is not None else {})


HANDLER = SubresourceHandler({'create': create})
