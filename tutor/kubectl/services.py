"""Making a Service for something that runs (kubectl's `expose` and `run --expose`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.intstr import int_or_string, parse_int


@dataclass(slots=True)
class ServiceSpec:
    """What a Service is to be; ports are texts, as flags give them."""

    name: str
    selector: str
    labels: dict[str, str] = field(default_factory=dict)
    ports: list[str] = field(default_factory=list)
    protocols: dict[str, str] = field(default_factory=dict)
    protocol: str = ''
    target_port: str = ''
    type: str = ''
    external_ip: str = ''
    load_balancer_ip: str = ''
    session_affinity: str = ''
    cluster_ip: str = ''

    def build(self) -> Object:
        """createService."""
        spec: Object = {'selector': parse_labels(self.selector)}
        ports = [self._port(text, index) for index, text in enumerate(self.ports)]
        if ports:
            spec['ports'] = ports
        address = self.load_balancer_ip if self.type == 'LoadBalancer' else ''
        for name, value in (('type', self.type), ('loadBalancerIP', address),
                            ('sessionAffinity', self.session_affinity)):
            if value:
                spec[name] = value
        if self.external_ip:
            spec['externalIPs'] = [self.external_ip]
        if self.session_affinity not in ('', 'None', 'ClientIP'):
            raise KubectlError(f'unknown session affinity: {self.session_affinity}')
        if self.cluster_ip:
            spec['clusterIP'] = self.cluster_ip
        meta: Object = {'name': self.name}
        if self.labels:
            meta['labels'] = self.labels
        return {'apiVersion': 'v1', 'kind': 'Service', 'metadata': meta, 'spec': spec, 'status': {'loadBalancer': {}}}

    def _port(self, text: str, index: int) -> Object:
        port = parse_int(text, function='Atoi')
        protocol = self.protocol or self.protocols.get(text) or 'TCP'
        target = int_or_string(self.target_port) if self.target_port else port
        entry: Object = {'port': port, 'protocol': protocol, 'targetPort': target}
        if len(self.ports) > 1:
            entry['name'] = f'port-{index + 1}'
        return entry


def parse_labels(text: str) -> dict[str, str]:
    """generate.ParseLabels: 'a=b,c=d'."""
    found: dict[str, str] = {}
    if not text:
        return found
    for pair in text.split(','):
        parts = pair.split('=')
        if len(parts) != 2:
            raise KubectlError(f'unexpected label spec: {pair}')
        if not parts[0]:
            raise KubectlError('unexpected empty label key')
        found[parts[0]] = parts[1]
    return found
