"""Whom a kubelet lets in at its port (pkg/kubelet/server/auth.go and cmd/kubelet/app/auth.go)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.client.transport import ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED, User
from tutor.cluster import pki
from tutor.cluster.containers.http import HttpRequest, HttpResponse

ALWAYS_ALLOW = 'AlwaysAllow'
NOBODY = User(ANONYMOUS, (UNAUTHENTICATED,))
VERBS = {'POST': 'create', 'GET': 'get', 'PUT': 'update', 'PATCH': 'patch', 'DELETE': 'delete'}
ONLY = {'stats': 'stats', 'metrics': 'metrics', 'logs': 'log'}
FINE = {'healthz': 'healthz', 'configz': 'configz', 'pods': 'pods', 'runningpods': 'pods'}
"""Paths for which a subresource of their own is asked first (KubeletFineGrainedAuthz)."""
TEXT = {'Content-Type': 'text/plain; charset=utf-8'}


@dataclass(frozen=True, slots=True)
class Access:
    """The settings `authentication` and `authorization` of a kubelet's configuration."""

    anonymous: bool = False
    webhook: bool = True
    """Whether bearer tokens are shown to the API server."""
    mode: str = 'Webhook'

    @classmethod
    def of(cls, config: Object) -> Access:
        """From a KubeletConfiguration, with the defaults of v1beta1."""
        authentication = config.get('authentication') or {}
        enabled = {name: bool((authentication.get(name) or {}).get('enabled', default))
                   for name, default in (('anonymous', False), ('webhook', True))}
        return cls(enabled['anonymous'], enabled['webhook'], (config.get('authorization') or {}).get('mode', 'Webhook'))


class Guard:
    """Authentication and authorization of one kubelet. `authority` gives the PEM text of those who vouch for clients,
    '' for none; reviews are made by `client`."""

    def __init__(self, node: str, client: Client, authority: Callable[[], str]) -> None:
        self.access = Access()
        self._node = node
        self._client = client
        self._authority = authority

    def refuses(self, request: HttpRequest) -> HttpResponse | None:
        """What somebody gets who may not ask this, None for who may."""
        user = self._user(request)
        if user is None:
            return HttpResponse(401, dict(TEXT), b'Unauthorized')
        if self.access.mode == ALWAYS_ALLOW:
            return None
        verb, wanted = VERBS.get(request.method, ''), _subresources(request.path)
        try:
            if any(self._allowed(user, verb, subresource) for subresource in wanted):
                return None
        except (StatusError, OSError):
            text = f'Authorization error (user={user.name}, verb={verb}, resource=nodes, subresource={wanted[0]})'
            return HttpResponse(500, dict(TEXT), text.encode())
        text = f'Forbidden (user={user.name}, verb={verb}, resource=nodes, subresource(s)=[{" ".join(wanted)}])\n'
        return HttpResponse(403, dict(TEXT), text.encode())

    def _user(self, request: HttpRequest) -> User | None:
        """A certificate's, a token's, or nobody in particular, if such a one may come."""
        if request.certificate and pki.signed_by(self._authority(), request.certificate):
            return _of_certificate(request.certificate)
        scheme, _, token = request.headers.get('authorization', '').partition(' ')
        if scheme == 'Bearer' and token and self.access.webhook:
            return self._of_token(token)
        return NOBODY if self.access.anonymous and scheme != 'Bearer' else None

    def _of_token(self, token: str) -> User | None:
        try:
            review = self._client.create('tokenreviews.authentication.k8s.io', {
                'apiVersion': 'authentication.k8s.io/v1', 'kind': 'TokenReview', 'spec': {'token': token}})
        except (StatusError, OSError):
            return None
        status = review.get('status') or {}
        found = status.get('user') or {}
        return User(found['username'], tuple(found.get('groups') or ()), found.get('uid', '')) \
            if status.get('authenticated') else None

    def _allowed(self, user: User, verb: str, subresource: str) -> bool:
        """Raises StatusError or OSError when the API server cannot be asked."""
        review = self._client.create('subjectaccessreviews.authorization.k8s.io', {
            'apiVersion': 'authorization.k8s.io/v1', 'kind': 'SubjectAccessReview', 'spec': {
                'user': user.name, 'groups': list(user.groups), 'uid': user.uid, 'resourceAttributes': {
                    'verb': verb, 'version': 'v1', 'resource': 'nodes', 'subresource': subresource,
                    'name': self._node}}})
        return bool(review['status'].get('allowed'))


def _subresources(path: str) -> list[str]:
    """GetRequestAttributes: any of these is enough."""
    first = path.strip('/').partition('/')[0]
    if first in ONLY:
        return [ONLY[first]]
    return [FINE[first], 'proxy'] if first in FINE else ['proxy']


def _of_certificate(pem: str) -> User:
    """CommonNameUserConversion."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID
    subject = x509.load_pem_x509_certificate(pem.encode()).subject
    names = [str(part.value) for part in subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    groups = [str(part.value) for part in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    return User(names[0] if names else '', (*groups, AUTHENTICATED))
