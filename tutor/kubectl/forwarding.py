"""The ports that port-forward is asked for: names become numbers, a Service's port the pod's."""

from __future__ import annotations

import re
from ipaddress import ip_address

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError

_NUMBER = re.compile(r'[+-]?[0-9]+').fullmatch
MAX_PORT = 65535


def split_port(text: str) -> tuple[str, str]:
    parts = text.split(':')
    return (parts[0], parts[1]) if len(parts) == 2 else (parts[0], parts[0])


def service_port(service: Object, name: str) -> int:
    """LookupServicePortNumberByName."""
    for port in (service.get('spec') or {}).get('ports') or ():
        if port.get('name', '') == name:
            return port['port']
    raise KubectlError(f"Service '{service['metadata']['name']}' does not have a named port '{name}'")


def pod_port(pod: Object, name: str) -> int:
    """LookupContainerPortNumberByName."""
    for container in (pod.get('spec') or {}).get('containers') or ():
        for port in container.get('ports') or ():
            if port.get('name', '') == name:
                return port['containerPort']
    raise KubectlError(f"Pod '{pod['metadata']['name']}' does not have a named port '{name}'")


def target_port(service: Object, pod: Object, number: int) -> int:
    """LookupContainerPortNumberByServicePort."""
    spec = service.get('spec') or {}
    for port in spec.get('ports') or ():
        if port['port'] != number:
            continue
        target = port.get('targetPort')
        if spec.get('clusterIP') == 'None' or not target:
            return number
        return target if isinstance(target, int) else pod_port(pod, target)
    raise KubectlError(f'Service {service["metadata"]["name"]} does not have a service port {number}')


def for_service(service: Object, pod: Object, ports: list[str]) -> list[str]:
    """translateServicePortToTargetPort."""
    found = []
    for text in ports:
        local, remote = split_port(text)
        if _NUMBER(remote):
            number = int(remote)
        else:
            number = service_port(service, remote)
            local = str(number) if local == remote else local
        target = str(target_port(service, pod, number))
        found.append(target if local == target else f'{local}:{target}')
    return found


def for_pod(pod: Object, ports: list[str]) -> list[str]:
    """convertPodNamedPortToNumber."""
    found = []
    for text in ports:
        local, remote = split_port(text)
        number = remote if _NUMBER(remote) else str(pod_port(pod, remote))
        found.append(number if local == remote else f'{local}:{number}')
    return found


def no_udp(obj: Object, ports: list[str]) -> None:
    """Raises KubectlError for a port that only carries UDP (checkUDPPortInService, checkUDPPortInPod)."""
    service = obj.get('kind') == 'Service'
    spec = obj.get('spec') or {}
    if service:
        declared = [(port['port'], port.get('protocol', 'TCP')) for port in spec.get('ports') or ()]
    else:
        declared = [(port['containerPort'], port.get('protocol', 'TCP'))
                    for container in spec.get('containers') or () for port in container.get('ports') or ()]
    tcp = {number for number, protocol in declared if protocol == 'TCP'}
    udp = {number for number, protocol in declared if protocol == 'UDP'} - tcp
    if not udp:
        return
    for text in ports:
        remote = split_port(text)[1]
        number = int(remote) if _NUMBER(remote) else (service_port if service else pod_port)(obj, remote)
        if number in udp:
            raise KubectlError(f'UDP protocol is not supported for {remote}')


def local_and_remote(text: str) -> tuple[int, int]:
    """client-go's parsePorts."""
    parts = text.split(':')
    if len(parts) > 2:
        raise KubectlError(f"invalid port format '{text}'")
    local, remote = (parts[0], parts[0]) if len(parts) == 1 else (parts[0] or '0', parts[1])
    numbers = _number(local, 'local'), _number(remote, 'remote')
    if not numbers[1]:
        raise KubectlError('remote port must be > 0')
    return numbers


def _number(text: str, what: str) -> int:
    problem = 'value out of range' if text.isascii() and text.isdigit() else 'invalid syntax'
    if problem != 'invalid syntax' and int(text) <= MAX_PORT:
        return int(text)
    raise KubectlError(f"error parsing {what} port '{text}': strconv.ParseUint: parsing \"{text}\": {problem}")


def addresses(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    """parseAddresses: what to listen on, and whether one of them ('any') or each ('all') has to work."""
    found: dict[str, str] = {}
    for text in texts:
        if text == 'localhost':
            found.setdefault('127.0.0.1', 'any')
            found.setdefault('::1', 'any')
            continue
        try:
            found[str(ip_address(text))] = 'all'
        except ValueError:
            raise KubectlError(f'{text} is not a valid IP') from None
    if not found:
        raise KubectlError('you must specify at least 1 address')
    return sorted(found.items())
