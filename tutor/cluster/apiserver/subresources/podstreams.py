"""pods/log, exec, attach and portforward: the API server asks the kubelet of the pod's node."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from tutor.apimachinery import errors, field
from tutor.apimachinery.objects import Object
from tutor.client.transport import ByteStream, ExecSession
from tutor.cluster.apiserver import listoptions
from tutor.cluster.apiserver.nodes import KUBELET_PORT, CannotDial, KubeletServer
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.apiserver.subresources.subresource import SubresourceHandler

Connect = Callable[[Scope], ExecSession]
NOT_PASSED_ON = ('container', 'insecureSkipTLSVerifyBackend', 'timeout')


def log(scope: Scope) -> ByteStream:
    """Raises StatusError: a GET that fails is told with its URL (genericrest.LocationStreamer)."""
    _check_log_options(scope)
    try:
        pod, kubelet, container = _target(scope)
    except CannotDial as problem:
        raise errors.unknown(f'Get "{_log_url(scope)}": {problem}') from None
    return kubelet.logs(pod, container, scope.request.query)


def _check_log_options(scope: Scope) -> None:
    """ValidatePodLogOptions; raises Invalid, BadRequest for what is no number."""
    query, found = scope.request.query, []
    numbers = {name: listoptions.number(scope, name) for name in ('tailLines', 'limitBytes', 'sinceSeconds')
               if query.get(name) not in (None, '')}
    listoptions.check_time(scope, 'sinceTime')
    if numbers.get('tailLines', 0) < 0:
        found.append(field.invalid('tailLines', numbers['tailLines'], 'must be greater than or equal to 0'))
    if numbers.get('limitBytes', 1) < 1:
        found.append(field.invalid('limitBytes', numbers['limitBytes'], 'must be greater than 0'))
    if 'sinceSeconds' in numbers and query.get('sinceTime'):
        found.append(field.forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'))
    elif numbers.get('sinceSeconds', 1) < 1:
        found.append(field.invalid('sinceSeconds', numbers['sinceSeconds'], 'must be greater than 0'))
    if found:
        raise errors.invalid('', 'PodLogOptions', scope.info.name, found)


def execute(scope: Scope) -> ExecSession:
    pod, kubelet, container = _target(scope)
    return kubelet.exec(pod, container, scope.request.query)


def attach(scope: Scope) -> ExecSession:
    pod, kubelet, container = _target(scope)
    return kubelet.attach(pod, container, scope.request.query)


def port_forward(scope: Scope) -> ExecSession:
    pod, kubelet = _assigned(scope)
    port = scope.request.query.get('ports')
    return kubelet.port_forward(pod, int(port) if port else None)


def _log_url(scope: Scope) -> str:
    """LogLocation: where the kubelet serves a container's log."""
    pod, query = scope.store.get(scope.info.namespace, scope.info.name), scope.request.query
    options = [(name, query[name]) for name in sorted(query) if name not in NOT_PASSED_ON]
    shown = f'?{urlencode(options)}' if options else ''
    meta, container = pod['metadata'], _container(pod, query.get('container') or '')
    return (f'https://{pod.get("status", {}).get("hostIP", "")}:{KUBELET_PORT}/containerLogs/{meta["namespace"]}/'
            f'{meta["name"]}/{container}{shown}')


def _dialing(connect: Connect) -> Connect:
    """An upgrade that cannot reach the kubelet (proxy.UpgradeAwareHandler)."""
    def handler(scope: Scope) -> ExecSession:
        try:
            return connect(scope)
        except CannotDial as problem:
            raise errors.unknown(f'error dialing backend: {problem}') from None
    return handler


def _target(scope: Scope) -> tuple[Object, KubeletServer, str]:
    """The pod, its kubelet and the container meant (registry/core/pod/strategy.go: validateContainer)."""
    pod = scope.store.get(scope.info.namespace, scope.info.name)
    container = _container(pod, scope.request.query.get('container') or '')
    return *_assigned(scope), container


def _assigned(scope: Scope) -> tuple[Object, KubeletServer]:
    pod = scope.store.get(scope.info.namespace, scope.info.name)
    node = pod['spec'].get('nodeName')
    if not node:
        raise errors.bad_request(f'pod {scope.info.name} does not have a host assigned')
    address = pod.get('status', {}).get('hostIP', '')
    return pod, scope.server.nodes.of(node, address)


def _container(pod: Object, name: str) -> str:
    spec = pod['spec']
    containers = [c['name'] for c in spec.get('containers') or ()]
    init = [c['name'] for c in spec.get('initContainers') or ()]
    ephemeral = [c['name'] for c in spec.get('ephemeralContainers') or ()]
    if not name:
        if len(containers) == 1:
            return containers[0]
        message = (f'a container name must be specified for pod {pod["metadata"]["name"]}, '
                   f'choose one of: [{" ".join(containers)}]')
        if init:
            message += f' or one of the init containers: [{" ".join(init)}]'
        raise errors.bad_request(message)
    if name not in (*containers, *init, *ephemeral):
        raise errors.bad_request(f'container {name} is not valid for pod {pod["metadata"]["name"]}')
    return name


LOG = SubresourceHandler(stream=log)
EXEC = SubresourceHandler(connect=_dialing(execute))
ATTACH = SubresourceHandler(connect=_dialing(attach))
PORT_FORWARD = SubresourceHandler(connect=_dialing(port_forward))
