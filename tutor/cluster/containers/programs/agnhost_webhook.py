"""agnhost webhook: an admission webhook server with TLS (kubernetes/test/images/agnhost/webhook)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService
from tutor.cluster.containers.programs.serving import text, until_terminated
from tutor.shell.process import IO, Context

UNWANTED = ('webhook-e2e-test', 'webhook-disallow')
FATAL = 255
Patch = list[Object]
Review = Callable[[Object], Object]


async def main(flags: dict[str, str], rest: list[str], io: IO, ctx: Context) -> int:
    """Serves /always-deny, /add-label, /pods … with the certificate that the flags name."""
    paths = [flags.get('tls-cert-file', ''), flags.get('tls-private-key-file', '')]
    missing = next((path for path in paths if not path or not ctx.files.is_file(path)), None)
    if missing is not None:
        io.stderr.write(f'F{ctx.simulation.wall():%m%d %H:%M:%S.%f}       1 config.go:47] open {missing}: no such file '
                        'or directory\n')
        return FATAL
    chain = ctx.files.read_text(paths[0])
    assert ctx.host.network is not None
    sidecar = flags.get('sidecar-image', '')

    async def respond(request: HttpRequest) -> HttpResponse:
        return await _respond(request, sidecar, io, ctx)

    ctx.host.network.listen(int(flags.get('port') or 443), HttpService(respond), tls=lambda name: chain)
    return await until_terminated(ctx)


async def _respond(request: HttpRequest, sidecar: str, io: IO, ctx: Context) -> HttpResponse:
    if request.path == '/readyz':
        return text('ok')
    review = REVIEWS.get(request.path)
    if request.path == '/mutating-pods-sidecar':
        review = lambda admission: _patched(admission, _sidecar(admission['object'], sidecar))  # noqa: E731
    if review is None:
        return text('404 page not found\n', 404)
    io.stderr.write(f'I{ctx.simulation.wall():%m%d %H:%M:%S.%f}       1 main.go:71] handling request: '
                    f'{request.body.decode("utf-8", "replace")[:400]}\n')
    if request.path == '/always-allow-delay-5s':
        await ctx.simulation.sleep(5)
    try:
        body = json.loads(request.body)
        admission = body['request']
    except (ValueError, KeyError, TypeError):
        return text('Request could not be decoded\n', 400)
    answer = {'kind': 'AdmissionReview', 'apiVersion': body.get('apiVersion', 'admission.k8s.io/v1'),
              'response': {'uid': admission.get('uid', ''), **review(admission)}}
    return HttpResponse(200, {'Content-Type': 'application/json'}, json.dumps(answer, separators=(',', ':')).encode())


def _allowed(admission: Object) -> Object:
    return {'allowed': True}


def _denied(message: str) -> Object:
    return {'allowed': False, 'status': {'metadata': {}, 'message': message}}


def _patched(admission: Object, patch: Patch) -> Object:
    if not patch:
        return {'allowed': True}
    encoded = base64.b64encode(json.dumps(patch).encode()).decode()
    return {'allowed': True, 'patchType': 'JSONPatch', 'patch': encoded}


def _labels(admission: Object) -> dict[str, str]:
    return ((admission.get('object') or {}).get('metadata') or {}).get('labels') or {}


def _add_label(admission: Object) -> Object:
    labels = _labels(admission)
    if not labels:
        return _patched(admission, [{'op': 'add', 'path': '/metadata/labels', 'value': {'added-label': 'yes'}}])
    if labels.get('added-label') == 'yes':
        return _patched(admission, [])
    return _patched(admission, [{'op': 'add', 'path': '/metadata/labels/added-label', 'value': 'yes'}])


def _pods(admission: Object) -> Object:
    """admitPods."""
    containers = ((admission.get('object') or {}).get('spec') or {}).get('containers') or ()
    problems = ['the pod contains unwanted label; '] if _labels(admission).get(UNWANTED[0]) == UNWANTED[1] else []
    if any(UNWANTED[1] in container['name'] for container in containers):
        problems.append('the pod contains unwanted container name; ')
    return _denied(''.join(problems)) if problems else _allowed(admission)


def _attach(admission: Object) -> Object:
    name = admission.get('name', '')
    if name != 'to-be-attached-pod':
        return _allowed(admission)
    return _denied(f"attaching to pod '{name}' is not allowed")


def _mutate_pod(admission: Object) -> Object:
    if (admission['object'].get('metadata') or {}).get('name') != 'webhook-to-be-mutated':
        return _allowed(admission)
    container = {'image': 'webhook-added-image', 'name': 'webhook-added-init-container', 'resources': {}}
    return _patched(admission, [{'op': 'add', 'path': '/spec/initContainers', 'value': [container]}])


def _sidecar(pod: Object, image: str) -> Patch:
    if not image:
        return []
    return [{'op': 'add', 'path': '/spec/containers/-',
             'value': {'image': image, 'name': 'webhook-added-sidecar', 'resources': {}}}]


def _unwanted_data(what: str) -> Review:
    def review(admission: Object) -> Object:
        data: Any = (admission.get('object') or {}).get('data') or {}
        return _denied(what) if data.get(UNWANTED[0]) == UNWANTED[1] else _allowed(admission)
    return review


def _mutate_data(admission: Object) -> Object:
    data: Any = (admission.get('object') or {}).get('data') or {}
    if data.get('mutation-start') == 'yes' and 'mutation-stage-1' not in data:
        return _patched(admission, [{'op': 'add', 'path': '/data/mutation-stage-1', 'value': 'yes'}])
    if data.get('mutation-stage-1') == 'yes' and 'mutation-stage-2' not in data:
        return _patched(admission, [{'op': 'add', 'path': '/data/mutation-stage-2', 'value': 'yes'}])
    return _allowed(admission)


def _definitions(admission: Object) -> Object:
    return _denied('the crd contains unwanted label') if _labels(admission).get(UNWANTED[0]) == UNWANTED[1] else \
        _allowed(admission)


REVIEWS: dict[str, Review] = {
    '/add-label': _add_label, '/always-allow-delay-5s': _allowed,
    '/always-deny': lambda admission: _denied('this webhook denies all requests'),
    '/configmaps': _unwanted_data('the configmap contains unwanted key and value'), '/crd': _definitions,
    '/custom-resource': _unwanted_data('the custom resource contains unwanted data'),
    '/mutating-configmaps': _mutate_data, '/mutating-custom-resource': _mutate_data, '/mutating-pods': _mutate_pod,
    '/pods': _pods, '/pods/attach': _attach,
}
