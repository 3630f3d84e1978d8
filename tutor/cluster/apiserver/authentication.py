"""Who asks: client certificates, static tokens and service-account tokens (apiserver/pkg/authentication)."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tutor.apimachinery import bootstrap_tokens, errors
from tutor.apimachinery.objects import Object
from tutor.client.transport import ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED, User
from tutor.cluster.apiserver.token_validator import CREDENTIAL_ID, InvalidToken, Validator

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

NOBODY = User(ANONYMOUS, (UNAUTHENTICATED,))


StaticTokens = dict[str, User]
"""The users of --token-auth-file by their tokens."""


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Who may come without credentials: nobody, anybody, or those who ask one of some paths."""

    enabled: bool = True
    paths: frozenset[str] | None = None


class Authenticator:
    """Turns credentials into a User. `tokens` and `certificates` hold those that were given out, by their text."""

    def __init__(self, server: ApiServer) -> None:
        self._server = server
        self.tokens: dict[str, User] = {}
        self.certificates: dict[str, User] = {}
        self.static: StaticTokens = {}
        self.anonymous = Anonymous()
        self.accounts = Validator(server.stores, server.simulation, server.keys.tokens)
        self.expired: set[str] = set()
        """Certificates that came to their end before their time."""

    def token(self, token: str) -> User | None:
        """The owner of a bearer token, or None when it is not valid (any more)."""
        return self.static.get(token) or self.tokens.get(token) or self._service_account(token) or self._bootstrap(
            token)

    def nobody(self, path: str) -> User:
        """Who asks a path without credentials. Raises Unauthorized where that is not allowed."""
        paths = self.anonymous.paths
        if not self.anonymous.enabled or (paths is not None and path not in paths):
            raise errors.unauthorized('Unauthorized')
        return NOBODY

    def _bootstrap(self, token: str) -> User | None:
        """Who joins the cluster by a bootstrap token (plugin/pkg/auth/authenticator/token/bootstrap)."""
        match = bootstrap_tokens.PATTERN.fullmatch(token)
        if match is None:
            return None
        identity, secret = match.groups()
        found = self._server.stores.of('', 'secrets').find(
            bootstrap_tokens.NAMESPACE, bootstrap_tokens.PREFIX + identity)
        if found is None or found.get('type') != bootstrap_tokens.TYPE:
            return None
        data = bootstrap_tokens.read(found)
        until = bootstrap_tokens.expiration(data)
        if data.get('token-secret') != secret or not bootstrap_tokens.is_for(data, 'authentication') or (
                until is not None and until <= self._server.simulation.seconds()):
            return None
        extra = tuple(filter(None, data.get('auth-extra-groups', '').split(',')))
        return User(f'system:bootstrap:{identity}', ('system:bootstrappers', *extra, AUTHENTICATED))

    def certificate(self, pem: str) -> User | None:
        """The user of a client certificate of the cluster's CA: its common name, its organizations as groups. None for
        a certificate that proves nobody. Raises Unauthorized when it came to its end before its time."""
        if pem in self.expired:
            raise errors.unauthorized('Unauthorized')
        known = self.certificates.get(pem)
        if known is None and 'BEGIN CERTIFICATE' in pem:
            known = _subject(pem, self._server.keys.authority().certificate, self._server.simulation.wall())
        elif known is not None and not known.extra:
            known = self.certificates[pem] = replace(known, extra=_credential(pem))
        return known

    def _service_account(self, token: str) -> User | None:
        try:
            return self.accounts.validate(token)
        except InvalidToken:
            return None


def user_info(user: User) -> Object:
    """authentication.k8s.io/v1 UserInfo: a user as reviews, webhooks and audit events tell of one."""
    found = {'username': user.name, 'uid': user.uid, 'groups': list(user.groups),
             'extra': {name: list(values) for name, values in sorted(user.extra.items())}}
    return {name: value for name, value in found.items() if value}


def _subject(pem: str, authority: str, now: datetime) -> User | None:
    """Whom a certificate names, if the authority has signed it and it is valid now."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.x509.oid import NameOID
    try:
        shown = x509.load_pem_x509_certificate(pem.encode())
        shown.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.encode()))
    except (ValueError, TypeError, InvalidSignature):
        return None
    if not shown.not_valid_before_utc <= now <= shown.not_valid_after_utc:
        return None
    subject = shown.subject
    names = [str(item.value) for item in subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    groups = [str(item.value) for item in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    return User(names[0], (*groups, AUTHENTICATED), extra=_credential(pem)) if names else None


def _credential(pem: str) -> dict[str, tuple[str, ...]]:
    """Which certificate it was, as user information tells it (x509.CommonNameUserConversion): the first one in the
    text, beside which a key may stand."""
    first = pem[pem.index(ssl.PEM_HEADER):pem.index(ssl.PEM_FOOTER)] + ssl.PEM_FOOTER
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest()
    return {CREDENTIAL_ID: (f'X509SHA256={digest}',)}
