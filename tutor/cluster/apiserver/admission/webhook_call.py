"""One call of an admission webhook: the AdmissionReview there and back (admission/plugin/webhook/request)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.cluster.containers.http import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

GROUP = 'admission.k8s.io'
VERSIONS = ('v1', 'v1beta1')


class CallFailed(Exception):
    """A webhook gave no answer that can be used; the text says why, in the words of the API server."""

    def __init__(self, text: str, took: float = 0.0) -> None:
        super().__init__(text)
        self.took = took


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a webhook said. `patch` are the operations of a JSON patch."""

    allowed: bool
    status: Object = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    patch: tuple[Object, ...] = ()
    took: float = 0.0
    """Seconds until it said it."""


def call(server: ApiServer, hook: Object, request: Object, mutating: bool) -> Verdict:
    """Ask a webhook about a request, which has its uid and objects. Raises CallFailed."""
    version = next((name for name in hook.get('admissionReviewVersions') or () if name in VERSIONS), VERSIONS[0])
    review = {'kind': 'AdmissionReview', 'apiVersion': f'{GROUP}/{version}', 'request': request}
    try:
        answer = _post(server, hook, json.dumps(review, separators=(',', ':')).encode())
    except OSError as problem:
        took = float(hook.get('timeoutSeconds', 10)) if isinstance(problem, TimeoutError) else 0.0
        raise CallFailed(f'failed to call webhook: {problem}', took) from None
    try:
        verdict = _verdict(_decoded(answer), request['uid'], version, mutating)
    except CallFailed as problem:
        raise CallFailed(str(problem), answer.took) from None
    return replace(verdict, took=answer.took)


def _post(server: ApiServer, hook: Object, body: bytes) -> HttpResponse:
    """The answer of the server behind a webhook's clientConfig; raises OSError, CallFailed."""
    config, within = hook.get('clientConfig') or {}, hook.get('timeoutSeconds', 10)
    timeout = f'timeout={within}s'
    _check_bundle(config.get('caBundle'))
    trust = base64.b64decode(config.get('caBundle') or '').decode('utf-8', 'replace')
    headers = {'content-type': 'application/json', 'accept': 'application/json, */*'}
    if service := config.get('service'):
        name, space, port = service.get('name', ''), service.get('namespace', ''), service.get('port', 443)
        host, path = f'{name}.{space}.svc:{port}', service.get('path') or '/'
        request = HttpRequest('POST', f'{path}?{timeout}', {**headers, 'host': host}, body, secure=True, trust=trust,
                              within=within)
        return _asked(f'https://{host}{path}?{timeout}', lambda: server.services.request(space, name, port, request))
    url = urlsplit(config.get('url', ''))
    path, port = url.path or '/', url.port or 443
    request = HttpRequest('POST', f'{path}?{timeout}', {**headers, 'host': url.netloc}, body, secure=True, trust=trust,
                          within=within)
    return _asked(f'https://{url.netloc}{path}?{timeout}',
                  lambda: server.services.request_address(url.hostname or '', port, request))


def _asked(url: str, ask: Any) -> HttpResponse:
    try:
        return ask()
    except OSError as problem:
        if getattr(problem, 'slow', False):
            raise TimeoutError(f'Post "{url}": context deadline exceeded') from None
        raise OSError(f'Post "{url}": {problem}') from None


def _check_bundle(bundle: str | None) -> None:
    """rest.TLSConfigFor, as far as it looks at the certificates."""
    if bundle and b'-----BEGIN CERTIFICATE-----' not in base64.b64decode(bundle + '=' * (-len(bundle) % 4)):
        raise CallFailed('could not get REST client: unable to load root certificates: unable to parse bytes as PEM '
                         'block')


def _decoded(answer: HttpResponse) -> Object:
    """The body of a good answer; raises CallFailed in client-go's words."""
    text = answer.body.decode('utf-8', 'replace')
    if answer.status == 404:
        raise CallFailed('failed to call webhook: the server could not find the requested resource')
    if not 200 <= answer.status <= 206:
        shown = go_quote(text.strip()[:2048] or 'unknown')
        raise CallFailed(f'failed to call webhook: an error on the server ({shown}) has prevented the request from '
                         'succeeding' if answer.status >= 500 else
                         'failed to call webhook: the server rejected our request for an unknown reason')
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise CallFailed("failed to call webhook: couldn't get version/kind; json parse error: invalid character "
                         f"'{text[:1]}' looking for beginning of value")
    return body


def _verdict(review: Object, uid: str, version: str, mutating: bool) -> Verdict:
    """VerifyAdmissionResponse."""
    response = review.get('response')
    if not isinstance(response, dict):
        raise _unusable('webhook response was absent')
    if version == 'v1':
        if response.get('uid', '') != uid:
            raise _unusable(f'expected response.uid="{uid}", got "{response.get("uid", "")}"')
        _check_kind(review, version)
        _check_patch(response, mutating)
    return Verdict(response.get('allowed') is True, response.get('status') or {},
                   tuple(str(text) for text in response.get('warnings') or ()),
                   _operations(response) if mutating else ())


def _unusable(why: str) -> CallFailed:
    return CallFailed(f'received invalid webhook response: {why}')


def _check_kind(review: Object, version: str) -> None:
    have = f'{review.get("apiVersion", "")}, Kind={review.get("kind", "")}'
    wanted = f'{GROUP}/{version}, Kind=AdmissionReview'
    if have != wanted:
        raise _unusable(f'expected webhook response of {wanted}, got {have}')


def _check_patch(response: Object, mutating: bool) -> None:
    patch, kind = response.get('patch'), response.get('patchType')
    if not mutating:
        for name in ('patch', 'patchType'):
            if response.get(name):
                raise _unusable(f'validating webhook may not return response.{name}')
    elif patch and kind is None:
        raise _unusable('webhook returned response.patch but not response.patchType')
    elif kind is not None and not patch:
        raise _unusable('webhook returned response.patchType but not response.patch')
    elif kind not in (None, 'JSONPatch'):
        raise _unusable(f'webhook returned invalid response.patchType of "{kind}"')


def _operations(response: Object) -> tuple[Object, ...]:
    if not response.get('patch'):
        return ()
    try:
        found = json.loads(base64.b64decode(response['patch']))
    except ValueError as error:
        raise CallFailed(f'received undecodable patch in webhook response: {error}') from None
    return tuple(found) if isinstance(found, list) else ()
