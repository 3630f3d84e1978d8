"""Who asks over HTTP: client certificate, bearer token, and whom they want to act as."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tutor.apimachinery import errors
from tutor.client.transport import User
from tutor.cluster.apiserver.authentication import Authenticator

if TYPE_CHECKING:
    from aiohttp import web

EXTRA = 'impersonate-extra-'


def authenticate(request: web.BaseRequest, authenticator: Authenticator) -> User:
    """The user whom certificate or token prove; the anonymous one when none is shown. Raises Unauthorized for those
    that prove nobody (union.NewFailOnError)."""
    tls = request.transport.get_extra_info('ssl_object') if request.transport is not None else None
    shown = tls.getpeercert(binary_form=True) if tls is not None else None
    user = authenticator.certificate(ssl.DER_cert_to_PEM_cert(shown)) if shown else None
    if user is not None:
        return user
    scheme, _, token = request.headers.get('Authorization', '').partition(' ')
    if scheme.lower() != 'bearer' or not token.strip():
        if shown:
            raise errors.unauthorized('Unauthorized')
        return authenticator.nobody(request.path)
    try:
        user = authenticator.token(token.strip())
    except Exception:  # whatever is in a token that we have not issued, it proves nobody
        user = None
    if user is None:
        raise errors.unauthorized('Unauthorized')
    return user


def impersonated(request: web.BaseRequest) -> User | None:
    """Whom the Impersonate-* headers name (filters/impersonation.go); raises a StatusError for groups of nobody."""
    headers = request.headers
    groups = tuple(headers.getall('Impersonate-Group', []))
    uid = headers.get('Impersonate-Uid', '')
    extra: dict[str, tuple[str, ...]] = {}
    for name, value in headers.items():
        if name.lower().startswith(EXTRA):
            key = unquote(name.lower()[len(EXTRA):])
            extra[key] = (*extra.get(key, ()), value)
    name = headers.get('Impersonate-User', '')
    if name:
        return User(name, groups, uid, extra)
    if groups or uid or extra:
        raise errors.bad_request('requested impersonation of groups, UID or extra without impersonating a user')
    return None
