"""Status errors: what an API server answers when it does not do what it was asked (apimachinery/pkg/api/errors)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tutor.apimachinery.field import FieldError, aggregate, go_quote


class StatusError(Exception):
    """An error that is a metav1.Status. `status` is the object that travels; the rest are its parts."""

    def __init__(self, status: dict[str, Any]) -> None:
        super().__init__(status.get('message', ''))
        self.status = status

    @property
    def code(self) -> int:
        return self.status.get('code', 500)

    @property
    def reason(self) -> str:
        return self.status.get('reason', '')

    @property
    def message(self) -> str:
        return self.status.get('message', '')

    @property
    def details(self) -> dict[str, Any]:
        return self.status.get('details') or {}


def new(code: int, reason: str, message: str, details: dict[str, Any] | None = None) -> StatusError:
    """Any Status error, its fields in the order an API server writes them."""
    status: dict[str, Any] = {'kind': 'Status', 'apiVersion': 'v1', 'metadata': {}, 'status': 'Failure',
                              'message': message}
    if reason:
        status['reason'] = reason
    if details is not None:
        status['details'] = {key: value for key, value in details.items() if value}
    status['code'] = code
    return StatusError(status)


def group_resource(group: str, resource: str) -> str:
    """schema.GroupResource.String: 'deployments.apps', 'pods'."""
    return f'{resource}.{group}' if group else resource


def _details(group: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {'name': name, 'group': group, 'kind': kind, **more}


def not_found(group: str, resource: str, name: str) -> StatusError:
    return new(404, 'NotFound', f'{group_resource(group, resource)} {go_quote(name)} not found',
               _details(group, resource, name))


def already_exists(group: str, resource: str, name: str) -> StatusError:
    return new(409, 'AlreadyExists', f'{group_resource(group, resource)} {go_quote(name)} already exists',
               _details(group, resource, name))


def generate_name_conflict(group: str, resource: str, name: str, retry_after: int = 1) -> StatusError:
    text = (f'{group_resource(group, resource)} {go_quote(name)} already exists, '
            'the server was not able to generate a unique name for the object')
    return new(409, 'AlreadyExists', text, _details(group, resource, name, retryAfterSeconds=retry_after))


def conflict(group: str, resource: str, name: str, err: str) -> StatusError:
    text = f'Operation cannot be fulfilled on {group_resource(group, resource)} {go_quote(name)}: {err}'
    return new(409, 'Conflict', text, _details(group, resource, name))


OBJECT_MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'
"""registry.OptimisticLockErrorMsg: the `err` of a conflict over resourceVersion."""


def apply_conflict(causes: list[dict[str, Any]], message: str) -> StatusError:
    return new(409, 'Conflict', message, {'causes': causes})


def invalid(group: str, kind: str, name: str, errors: Iterable[FieldError]) -> StatusError:
    """What validation says: 'Deployment.apps "web" is invalid: …' with a cause for each error."""
    found = list(errors)
    text = f'{group_resource(group, kind)} {go_quote(name)} is invalid'
    if found:
        text += f': {aggregate(found)}'
    causes = [error.cause() for error in found]
    return new(422, 'Invalid', text, _details(group, kind, name, causes=causes))


def bad_request(message: str) -> StatusError:
    return new(400, 'BadRequest', message)


def unauthorized(message: str = '') -> StatusError:
    return new(401, 'Unauthorized', message or 'not authorized')


def forbidden(group: str, resource: str, name: str, err: str) -> StatusError:
    if not resource:
        text = f'forbidden: {err}'
    elif not name:
        text = f'{group_resource(group, resource)} is forbidden: {err}'
    else:
        text = f'{group_resource(group, resource)} {go_quote(name)} is forbidden: {err}'
    return new(403, 'Forbidden', text, _details(group, resource, name))


def method_not_allowed() -> StatusError:
    """What the router says for a verb a path does not have."""
    return new(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})


def no_such_path() -> StatusError:
    """What the router says for a path it does not have."""
    return new(404, 'NotFound', 'the server could not find the requested resource', {})


@contextmanager
def ignoring_not_found() -> Iterator[None]:
    """client.IgnoreNotFound: what has gone already need not be deleted or changed any more."""
    try:
        yield
    except StatusError as error:
        if error.code != 404:
            raise


class PageNotFound(StatusError):
    """A path that nobody serves: on the wire it is no Status but http.NotFound's text."""

    TEXT = '404 page not found\n'

    def __init__(self) -> None:
        super().__init__(no_such_path().status)


GENERIC = {
    400: ('BadRequest', 'the server rejected our request for an unknown reason'),
    401: ('Unauthorized', 'the server has asked for the client to provide credentials'),
    404: ('NotFound', 'the server could not find the requested resource'),
    405: ('MethodNotAllowed', 'the server does not allow this method on the requested resource'),
    409: ('Conflict', 'the server reported a conflict'),
    422: ('Invalid', 'the server rejected our request due to an error in our request'),
    429: ('TooManyRequests', 'the server has received too many requests and has asked us to try again later'),
    503: ('ServiceUnavailable', 'the server is currently unable to handle the request'),
    504: ('Timeout', 'the server was unable to return a response in the time allotted, but may still be processing the '
                     'request')}
OWN_WORDS = {403: 'Forbidden', 406: 'NotAcceptable', 415: 'UnsupportedMediaType'}


def unexpected(code: int, text: str, asked: str = '') -> StatusError:
    """What a client makes of an error that came without a Status (NewGenericServerResponse). `asked` is verb, resource
    and name."""
    said = text.strip()
    reason, message = GENERIC.get(code, ('', f'the server responded with the status code {code} but did not return '
                                             'more information'))
    if code in OWN_WORDS:
        reason, message = OWN_WORDS[code], said
    elif not reason and code >= 500:
        reason = 'InternalError'
        message = f'an error on the server ({go_quote(said)}) has prevented the request from succeeding'
    if asked:
        message = f'{message} ({asked})'
    return new(code, reason, message, {'causes': [{'reason': 'UnexpectedServerResponse', 'message': said}]})


def resource_expired(message: str) -> StatusError:
    return new(410, 'Expired', message)


def too_many_requests(message: str, retry_after: int = 1, details: dict[str, Any] | None = None) -> StatusError:
    return new(429, 'TooManyRequests', message, {**(details or {}), 'retryAfterSeconds': retry_after})


def internal_error(err: str) -> StatusError:
    return new(500, 'InternalError', f'Internal error occurred: {err}', {'causes': [{'message': err}]})


def unknown(message: str) -> StatusError:
    """ErrorToAPIStatus of an error that is no Status: its text, and no reason."""
    return new(500, '', message)


def timeout(message: str, retry_after: int = 0) -> StatusError:
    return new(504, 'Timeout', f'Timeout: {message}', {'retryAfterSeconds': retry_after})


def unsupported_media_type(accepted: Iterable[str]) -> StatusError:
    text = f'the body of the request was in an unknown format - accepted media types include: {", ".join(accepted)}'
    return new(415, 'UnsupportedMediaType', text)


def not_acceptable(accepted: Iterable[str]) -> StatusError:
    return new(406, 'NotAcceptable', f'only the following media types are accepted: {", ".join(accepted)}')


def request_entity_too_large(message: str) -> StatusError:
    return new(413, 'RequestEntityTooLarge', f'Request entity is too large: {message}')


def service_unavailable(message: str) -> StatusError:
    return new(503, 'ServiceUnavailable', message)
