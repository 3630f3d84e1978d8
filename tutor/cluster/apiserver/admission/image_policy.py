"""ImagePolicyWebhook: a server elsewhere is asked whether a pod may have its images
(plugin/pkg/admission/imagepolicy/admission.go)."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tutor.apimachinery import decode, errors
from tutor.apimachinery.decode import DecodeError
from tutor.apimachinery.duration import DurationError, parse_duration
from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission.plugin import Plugin
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.containers.http import HttpRequest
from tutor.cluster.registry.strategy import Context
from tutor.shell.vfs import FileSystem

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

NAME = 'ImagePolicyWebhook'
API_VERSION, KIND = 'imagepolicy.k8s.io/v1alpha1', 'ImageReview'
ANNOTATION = re.compile(r'^[^/]*image-policy\.k8s\.io/')
FAILED_OPEN = 'alpha.image-policy.k8s.io/failed-open'
WITHIN = 30
"""Seconds that the server has (webhook.defaultRequestTimeout)."""
USUAL_TTL, LEAST_TTL, MOST_TTL = 300.0, 1.0, 1800.0
EPHEMERAL = 'ephemeralcontainers'


class BadPolicy(Exception):
    """Why the API server does not start with it."""


@dataclass(frozen=True, slots=True)
class ImagePolicy:
    """The settings `imagePolicy`: where the server is and whom it trusts, what counts when it does not answer, and for
    how many seconds its answers hold."""

    url: str
    trust: str = ''
    default_allow: bool = False
    allow_ttl: float = USUAL_TTL
    deny_ttl: float = USUAL_TTL


def read(own: Object, files: FileSystem) -> ImagePolicy:
    """From the plugin's configuration and the kubeconfig that it names. Raises BadPolicy (NewImagePolicyWebhook)."""
    found = own.get('imagePolicy') or {}
    path = found.get('kubeConfigFile') or ''
    try:
        config: Any = decode.one(files.read_text(path)) if path else {}
    except OSError:
        raise _unusable(f'stat {path}: no such file or directory') from None
    except DecodeError as problem:
        raise _unusable(f'error loading config file "{path}": {problem}') from None
    clusters = (config or {}).get('clusters') or []
    cluster = (clusters[0].get('cluster') or {}) if clusters else {}
    if not cluster.get('server'):
        raise _unusable('invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER '
                        'environment variable')
    trust = base64.b64decode(cluster.get('certificate-authority-data') or '').decode('utf-8', 'replace')
    if bundle := cluster.get('certificate-authority'):
        if not files.is_file(bundle):
            raise _unusable(f'invalid configuration: unable to read certificate-authority {bundle} for '
                            f'{clusters[0].get("name", "")} due to open {bundle}: no such file or directory')
        trust = files.read_text(bundle)
    return ImagePolicy(cluster['server'], trust, found.get('defaultAllow') is True,
                       _seconds('allow TTL', found.get('allowTTL')), _seconds('deny TTL', found.get('denyTTL')))


def _seconds(name: str, given: Any) -> float:
    """normalizeConfigDuration: seconds within bounds. Raises BadPolicy."""
    if given in (None, 0):
        return USUAL_TTL
    try:
        value = float(given) if isinstance(given, int | float) else parse_duration(str(given))
    except DurationError as problem:
        raise _unusable(str(problem)) from None
    if not LEAST_TTL <= value <= MOST_TTL:
        raise _unusable(f'valid value is between 1s and 30m0s, got {int(value)}s')
    return value


def _unusable(why: str) -> BadPolicy:
    return BadPolicy(f'failed to initialize admission: couldn\'t init admission plugin "{NAME}": {why}')


class ImagePolicyWebhook(Plugin):
    """Asks about each pod that is made or changed; an answer holds for a while for the same images."""

    name = NAME
    resources = frozenset({('', 'pods')})

    def __init__(self, server: ApiServer) -> None:
        super().__init__(server)
        self._policy: ImagePolicy | None = None
        self._answers: dict[str, tuple[float, Object]] = {}

    def configure(self, policy: ImagePolicy | None) -> None:
        self._policy = policy
        self._answers.clear()

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if self._policy is None or scope.info.subresource not in ('', EPHEMERAL):
            return
        lists = ('ephemeralContainers',) if scope.info.subresource else ('containers', 'initContainers')
        meta, spec = obj['metadata'], obj['spec']
        kept = {key: value for key, value in (meta.get('annotations') or {}).items() if ANNOTATION.match(key)}
        question: Object = {'containers': [{'image': each.get('image', '')} for name in lists
                                           for each in spec.get(name) or ()],
                            **({'annotations': kept} if kept else {}), 'namespace': context.namespace}
        try:
            status = self._ask(self._policy, question)
        except OSError as problem:
            if self._policy.default_allow:
                meta['annotations'] = {**(meta.get('annotations') or {}), FAILED_OPEN: 'true'}
                return
            raise self._forbidden(obj, str(problem)) from None
        if status.get('allowed') is not True:
            reason = status.get('reason')
            raise self._forbidden(obj, f'image policy webhook backend denied one or more images: {reason}' if reason
                                  else 'one or more images rejected by webhook backend')

    def _forbidden(self, obj: Object, why: str) -> errors.StatusError:
        return errors.forbidden('', 'pods', obj['metadata'].get('name', ''), why)

    def _ask(self, policy: ImagePolicy, question: Object) -> Object:
        """The status of the server's ImageReview. Raises OSError."""
        now, key = self.server.simulation.now, json.dumps(question, sort_keys=True)
        until, known = self._answers.get(key, (-1.0, {}))
        if now < until:
            return known
        review = {'kind': KIND, 'apiVersion': API_VERSION, 'metadata': {}, 'spec': question, 'status': {}}
        status = self._post(policy, json.dumps(review, separators=(',', ':')).encode())
        lasts = policy.allow_ttl if status.get('allowed') is True else policy.deny_ttl
        self._answers[key] = (now + lasts, status)
        return status

    def _post(self, policy: ImagePolicy, body: bytes) -> Object:
        url = urlsplit(policy.url)
        path, secure = f'{url.path or "/"}?timeout={WITHIN}s', url.scheme == 'https'
        request = HttpRequest('POST', path, {'content-type': 'application/json', 'accept': 'application/json, */*',
                                             'host': url.netloc}, body, secure=secure, trust=policy.trust,
                              within=WITHIN)
        try:
            answer = self.server.services.request_address(url.hostname or '', url.port or (443 if secure else 80),
                                                          request)
        except OSError as problem:
            raise OSError(f'Post "{url.scheme}://{url.netloc}{path}": {problem}') from None
        if not 200 <= answer.status < 300:
            raise OSError(f'Error contacting webhook: {answer.status}')
        try:
            found: Any = json.loads(answer.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise OSError("couldn't get version/kind; json parse error: invalid character "
                          f"'{answer.body.decode('utf-8', 'replace')[:1]}' looking for beginning of value")
        return found.get('status') or {}
