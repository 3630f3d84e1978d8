"""Resources that are questions, not objects: nothing is stored, the answer comes back in the status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tutor.apimachinery import errors
from tutor.apimachinery import field as field_errors
from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.client.transport import Response, User
from tutor.cluster.account_tokens import ISSUER
from tutor.cluster.apiserver import decoding
from tutor.cluster.apiserver.authentication import user_info
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.apiserver.token_validator import InvalidToken


def self_subject_access(scope: Scope) -> Response:
    review = decoding.read_object(scope)
    return _decided(scope, review, scope.user, review.get('spec') or {})


def subject_access(scope: Scope) -> Response:
    review = decoding.read_object(scope)
    spec = review.get('spec') or {}
    extra = {name: tuple(values) for name, values in (spec.get('extra') or {}).items()}
    user = User(spec.get('user', ''), tuple(spec.get('groups') or ()), spec.get('uid', ''), extra)
    if not user.name and not user.groups:
        raise errors.invalid(scope.resource.group, scope.resource.kind, '', [
            field_errors.required('spec.user', 'at least one of user or group must be specified')])
    return _decided(scope, review, user, spec)


def _decided(scope: Scope, review: Object, user: User, spec: Object) -> Response:
    info = _question(spec)
    if info is None:
        raise errors.invalid(scope.resource.group, scope.resource.kind, '', [field_errors.invalid(
            'spec.resourceAttributes', None, 'exactly one of nonResourceAttributes or resourceAttributes must be '
            'specified')])
    allowed, reason = scope.server.authorizer.decide(user, info)
    status: Object = {'allowed': allowed}
    if reason:
        status['reason'] = reason
    return Response(201, {**review, 'status': status})


def _question(spec: Object) -> RequestInfo | None:
    """The request that a review asks about."""
    resource, path = spec.get('resourceAttributes'), spec.get('nonResourceAttributes')
    if (resource is None) == (path is None):
        return None
    if path is not None:
        return RequestInfo(path.get('path', ''), path.get('verb', ''))
    assert resource is not None
    selector = resource.get('fieldSelector') or {}
    fields = selector.get('rawSelector') or ','.join(
        f'{need["key"]}={need["values"][0]}' for need in selector.get('requirements') or ()
        if need.get('operator') == 'In' and len(need.get('values') or ()) == 1)
    return RequestInfo('', resource.get('verb', ''), True, '', resource.get('group', ''), resource.get('version', ''),
                       resource.get('namespace', ''), resource.get('resource', ''), resource.get('subresource', ''),
                       resource.get('name', ''), fields=fields)


def self_subject_rules(scope: Scope) -> Response:
    """SelfSubjectRulesReview: everything that one may do in a namespace."""
    review = decoding.read_object(scope)
    namespace = (review.get('spec') or {}).get('namespace', '')
    if not namespace:
        raise errors.bad_request('no namespace on request')
    resources: list[Object] = []
    others: list[Object] = []
    for rule in scope.server.authorizer.rules(scope.user, namespace):
        kept: dict[str, Any] = {'verbs': list(rule.get('verbs') or ())}
        if rule.get('nonResourceURLs'):
            others.append({**kept, 'nonResourceURLs': list(rule['nonResourceURLs'])})
            continue
        for name in ('apiGroups', 'resources', 'resourceNames'):
            if rule.get(name):
                kept[name] = list(rule[name])
        resources.append(kept)
    problems = scope.server.authorizer.problems(scope.user, namespace)
    status: Object = {'resourceRules': resources, 'nonResourceRules': others, 'incomplete': bool(problems)}
    if problems:
        status['evaluationError'] = field_errors.aggregate(problems)
    return Response(201, {**review, 'status': status})


def self_subject(scope: Scope) -> Response:
    """SelfSubjectReview: who one is."""
    review = decoding.read_object(scope)
    meta = {**review['metadata'], 'creationTimestamp': scope.server.simulation.timestamp()}
    return Response(201, {**review, 'metadata': meta, 'status': {'userInfo': user_info(scope.user)}})


def token_review(scope: Scope) -> Response:
    """TokenReview: whose a token is."""
    review = decoding.read_object(scope)
    spec, authenticator = review.get('spec') or {}, scope.server.authenticator
    token, audiences = spec.get('token', ''), spec.get('audiences') or []
    error = 'invalid bearer token'
    try:
        user = authenticator.accounts.validate(token, audiences) or authenticator.token(token)
    except InvalidToken as problem:
        user, error = None, f'[{error}, {problem}]'
    if user is None:
        return Response(201, {**review, 'status': {'user': {}, 'error': error}})
    status = {'authenticated': True, 'user': user_info(user), 'audiences': audiences or [ISSUER]}
    return Response(201, {**review, 'status': status})


REVIEWS: Mapping[tuple[str, str], Callable[[Scope], Response]] = {
    ('authorization.k8s.io', 'selfsubjectaccessreviews'): self_subject_access,
    ('authorization.k8s.io', 'subjectaccessreviews'): subject_access,
    ('authorization.k8s.io', 'localsubjectaccessreviews'): subject_access,
    ('authorization.k8s.io', 'selfsubjectrulesreviews'): self_subject_rules,
    ('authentication.k8s.io', 'selfsubjectreviews'): self_subject,
    ('authentication.k8s.io', 'tokenreviews'): token_review,
}
