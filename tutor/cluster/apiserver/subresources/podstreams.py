"""pods/log, exec, attach and portforward: the API server asks the kubelet of the pod's node."""

from __future__ import annotations

from tutor.apimachinery import errors
from tutor.apimachinery.objects import Object
from tutor.client.transport import ByteStream, ExecSession
from tutor.cluster.apiserver.nodes import KubeletServer
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.apiserver.subresources.subresource import SubresourceHandler


def log(scope: Scope) -> ByteStream:
    pod, kubelet, container = _target(scope)
    return kubelet.logs(pod, container, scope.request.query)


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
EXEC = SubresourceHandler(connect=execute)
ATTACH = SubresourceHandler(connect=attach)
PORT_FORWARD = SubresourceHandler(connect=port_forward)
