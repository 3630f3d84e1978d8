"""What the types of `kubectl create service` share."""

from __future__ import annotations

from tutor.apimachinery.names import is_valid_port_name, is_valid_port_number
from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.errors import KubectlError, with_prefix
from tutor.kubectl.intstr import parse_uint
from tutor.shell.pflag import Flag

SERVICE_FLAGS = (*CREATE_FLAGS, Flag('tcp', default=(), help="Port pairs can be specified as '<port>:<targetPort>'."))


class CreateService(CreateObject):
    resource = 'services'
    type = ''

    def validate(self) -> None:
        if self.flags.get('clusterip') != 'None' and not self.flags['tcp']:
            raise KubectlError('at least one tcp port specifier must be provided')

    def build(self) -> Object:
        labels = {'app': self.name}
        spec: Object = {'type': self.type, 'selector': labels}
        ports = [self._port(text) for text in self.flags['tcp']]
        if ports:
            spec['ports'] = ports
        if self.flags.get('clusterip'):
            spec['clusterIP'] = self.flags['clusterip']
        if self.flags.get('external-name'):
            spec['externalName'] = self.flags['external-name']
        return {'apiVersion': 'v1', 'kind': 'Service', 'metadata': self.metadata(labels=labels), 'spec': spec,
                'status': {'loadBalancer': {}}}

    def _port(self, text: str) -> Object:
        port, target = parse_ports(text)
        entry: Object = {'name': text.replace(':', '-'), 'port': port, 'targetPort': target, 'protocol': 'TCP'}
        if self.flags.get('node-port'):
            entry['nodePort'] = self.flags['node-port']
        return entry

    def failed(self, error: Exception) -> Exception:
        return with_prefix(f'failed to create {self.type} service', error)


def parse_ports(text: str) -> tuple[int, int | str]:
    """parsePorts: 'port' or 'port:targetPort', which is a number or a name."""
    first, *rest = text.split(':')
    port = parse_uint(first, 16)
    if not rest:
        return port, port
    target = rest[0]
    if target.lstrip('+-').isdigit():
        problems = is_valid_port_number(int(target))
    else:
        problems = is_valid_port_name(target)
    if problems:
        raise KubectlError(','.join(problems))
    return port, int(target) if target.lstrip('+-').isdigit() else target
