"""Which pods a Service selects, which Services a pod belongs to, and what a pod is to a Service."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object, deleting
from tutor.apimachinery.selectors import from_map
from tutor.client.informer import Informer
from tutor.cluster.controllers import indexes, pods

SELECTOR = 'selector'
HEADLESS_LABEL = 'service.kubernetes.io/headless'
SERVICE_NAME = 'kubernetes.io/service-name'
MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'


def by_selector(services: Informer) -> Informer:
    """Index services by the first pair of their selector, so that a pod finds its own by its labels."""
    services.add_index(SELECTOR, _first_pair)
    return services


def _first_pair(service: Object) -> tuple[str, ...]:
    selector = service['spec'].get('selector')
    if not selector or service['spec'].get('type') == 'ExternalName':
        return ()
    name = min(selector)
    return (f'{service["metadata"]["namespace"]}/{name}={selector[name]}',)


def services_of(services: Informer, pod: Object) -> list[Object]:
    """The services whose selector matches a pod."""
    space, labels = pod['metadata']['namespace'], pod['metadata'].get('labels') or {}
    found = []
    for name, value in labels.items():
        for service in services.by_index(SELECTOR, f'{space}/{name}={value}'):
            if service['spec']['selector'].items() <= labels.items():
                found.append(service)
    return found


def touched(services: Informer, old: Object | None, new: Object | None) -> list[Object]:
    """GetServicesToUpdateOnPodChange: the services for which this change of a pod matters."""
    if old is None or new is None:
        pod = new or old
        assert pod is not None
        if new is not None and not has_address(new):
            return []
        return services_of(services, pod)
    same_labels = old['metadata'].get('labels') == new['metadata'].get('labels')
    found = services_of(services, new)
    if same_labels and (not found or _view(old) == _view(new)):
        return []
    if not same_labels:
        names = {service['metadata']['name'] for service in found}
        found += [service for service in services_of(services, old) if service['metadata']['name'] not in names]
    return found


def _view(pod: Object) -> tuple[Any, ...]:
    """What endpoints tell of a pod (podEndpointsChanged)."""
    status, spec = pod.get('status', {}), pod['spec']
    return (pods.is_ready(pod), status.get('podIP'), status.get('podIPs'), deleting(pod), pods.is_terminal(pod),
            spec.get('nodeName'), spec.get('hostname'), spec.get('subdomain'))


def has_address(pod: Object) -> bool:
    return bool(pod.get('status', {}).get('podIP'))


def address(pod: Object, family: str) -> str | None:
    """getEndpointAddresses: the pod's address of a family ('IPv4', 'IPv6')."""
    status = pod.get('status', {})
    for entry in status.get('podIPs') or ([{'ip': status['podIP']}] if status.get('podIP') else ()):
        if (':' in entry['ip']) == (family == 'IPv6'):
            return entry['ip']
    return None


def selected_pods(informer: Informer, service: Object) -> list[Object]:
    return indexes.selected(informer, service['metadata']['namespace'], from_map(service['spec']['selector']))


def is_headless(service: Object) -> bool:
    return service['spec'].get('clusterIP') == 'None'


def find_port(pod: Object, service_port: Object) -> int | None:
    """podutil.FindPort: the number behind a target port, None when the pod has no port of that name."""
    target = service_port.get('targetPort', service_port['port'])
    if isinstance(target, int):
        return target or service_port['port']
    protocol = service_port.get('protocol', 'TCP')
    sidecars = [c for c in pod['spec'].get('initContainers') or () if c.get('restartPolicy') == 'Always']
    for container in [*pod['spec']['containers'], *sidecars]:
        for port in container.get('ports') or ():
            if port.get('name') == target and port.get('protocol', 'TCP') == protocol:
                return port['containerPort']
    return None


def hostname_for(pod: Object, service: Object) -> str:
    """ShouldSetHostname."""
    spec = pod['spec']
    if spec.get('hostname') and spec.get('subdomain') == service['metadata']['name']:
        return spec['hostname']
    return ''


def target_ref(pod: Object) -> Object:
    meta = pod['metadata']
    return {'kind': 'Pod', 'namespace': meta['namespace'], 'name': meta['name'], 'uid': meta['uid']}
