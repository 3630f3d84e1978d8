"""What cluster DNS answers: CoreDNS with its kubernetes plug-in, over the Services and EndpointSlices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tutor.apimachinery.objects import Object, key
from tutor.client.informer import Informers
from tutor.cluster.network.proxy import service_of

ZONE = 'cluster.local'
TTL = 30
NOERROR = 'NOERROR'
NXDOMAIN = 'NXDOMAIN'
SERVFAIL = 'SERVFAIL'
MAX_ALIASES = 8

_dashed_ip = re.compile(r'\d+-\d+-\d+-\d+').fullmatch


@dataclass(frozen=True, slots=True)
class Question:
    """A name without its trailing dot, and a record type: A, AAAA, CNAME, SRV, PTR, TXT, ANY."""

    name: str
    kind: str = 'A'


@dataclass(frozen=True, slots=True)
class Record:
    """One resource record; `data` is as dig prints it, without trailing dots in names."""

    name: str
    kind: str
    data: str
    ttl: int = TTL


@dataclass(slots=True)
class DnsAnswer:
    """The answer section, and how it went. No records and NOERROR: the name exists, but not for this type."""

    rcode: str = NOERROR
    records: list[Record] = field(default_factory=list)
    authoritative: bool = True
    server: str = ''

    @property
    def addresses(self) -> list[str]:
        return [record.data for record in self.records if record.kind == 'A']


class ClusterDns:
    """Answers questions. Names outside the cluster's zone are looked up in `upstream`, by name."""

    def __init__(self, informers: Informers, zone: str = ZONE) -> None:
        self.zone = zone
        self.upstream: dict[str, list[str]] = {}
        self._services = informers.of('services')
        self._slices = informers.of('endpointslices.discovery.k8s.io')
        self._namespaces = informers.of('namespaces')
        self._services.add_index('clusterIP', lambda service: _ips(service))
        self._slices.add_index('service', service_of)

    def answer(self, question: Question) -> DnsAnswer:
        """The answer to one question, aliases followed."""
        name = question.name.lower().rstrip('.')
        if name.endswith('.in-addr.arpa'):
            return self._reverse(question, name)
        if name == self.zone or name.endswith('.' + self.zone):
            return self._in_zone(question, name[:-len(self.zone)].rstrip('.'), 0)
        return self._outside(question, name)

    # -- inside the zone ----------------------------------------------------------------------------------------

    def _in_zone(self, question: Question, short: str, depth: int) -> DnsAnswer:
        labels = short.split('.') if short else []
        if not labels:
            return DnsAnswer()
        kind = labels[-1]
        if kind == 'pod' and len(labels) == 3:
            return self._pod(question, labels[0], labels[1])
        if kind != 'svc':
            return DnsAnswer() if short == 'pod' else DnsAnswer(NXDOMAIN)
        if len(labels) == 1:
            return DnsAnswer()
        if len(labels) == 2:
            return DnsAnswer() if self._namespaces.get('', labels[0]) is not None else DnsAnswer(NXDOMAIN)
        service = self._services.get(labels[-2], labels[-3])
        if service is None:
            return DnsAnswer(NXDOMAIN)
        return self._service(question, service, labels[:-3], depth)

    def _pod(self, question: Question, dashed: str, namespace: str) -> DnsAnswer:
        if self._namespaces.get('', namespace) is None or not _dashed_ip(dashed):
            return DnsAnswer(NXDOMAIN)
        if question.kind != 'A':
            return DnsAnswer()
        return DnsAnswer(records=[Record(question.name, 'A', dashed.replace('-', '.'))])

    def _service(self, question: Question, service: Object, prefix: list[str], depth: int) -> DnsAnswer:
        spec = service['spec']
        if spec.get('type') == 'ExternalName':
            return self._alias(question, spec['externalName'], depth) if not prefix else DnsAnswer(NXDOMAIN)
        if prefix and prefix[0].startswith('_'):
            return self._named_port(question, service, prefix)
        headless = spec.get('clusterIP') == 'None'
        if not headless:
            if prefix:
                return DnsAnswer(NXDOMAIN)
            return self._addresses(question, _ips(service), service)
        found = [(host, address) for host, address, _ in self._endpoints(service)
                 if not prefix or host == prefix[0]]
        if not found or len(prefix) > 1:
            return DnsAnswer(NXDOMAIN)
        return self._addresses(question, [address for _, address in found], service)

    def _addresses(self, question: Question, addresses: list[str], service: Object) -> DnsAnswer:
        if question.kind in ('A', 'ANY'):
            return DnsAnswer(records=[Record(question.name, 'A', address) for address in addresses])
        if question.kind == 'SRV':
            return DnsAnswer(records=list(self._srv(question.name, service, lambda port: True)))
        return DnsAnswer()

    def _named_port(self, question: Question, service: Object, prefix: list[str]) -> DnsAnswer:
        """_http._tcp.web.default.svc: one port of a Service."""
        if len(prefix) != 2:
            return DnsAnswer(NXDOMAIN)
        name, protocol = prefix[0].removeprefix('_'), prefix[1].removeprefix('_').upper()
        records = list(self._srv(question.name, service,
                                 lambda port: port.get('name') == name and port.get('protocol', 'TCP') == protocol))
        if not records:
            return DnsAnswer(NXDOMAIN)
        return DnsAnswer(records=records if question.kind in ('SRV', 'ANY') else [])

    def _srv(self, name: str, service: Object, wanted: Callable[[Object], bool]) -> Iterator[Record]:
        meta = service['metadata']
        base = f'{meta["name"]}.{meta["namespace"]}.svc.{self.zone}'
        for port in service['spec'].get('ports') or ():
            if not wanted(port):
                continue
            if service['spec'].get('clusterIP') == 'None':
                for host, _, ports in self._endpoints(service):
                    number = ports.get(port.get('name', ''), port['port'])
                    yield Record(name, 'SRV', f'0 100 {number} {host}.{base}')
            else:
                yield Record(name, 'SRV', f'0 100 {port["port"]} {base}')

    def _endpoints(self, service: Object) -> Iterator[tuple[str, str, dict[str, int]]]:
        """Host label, address and ports of every endpoint that may be told (ready, or all when so published)."""
        every = service['spec'].get('publishNotReadyAddresses', False)
        for piece in self._slices.by_index('service', key(service)):
            ports = {port.get('name') or '': port.get('port') for port in piece.get('ports') or ()}
            for endpoint in piece.get('endpoints') or ():
                if not every and not (endpoint.get('conditions') or {}).get('ready', True):
                    continue
                address = endpoint['addresses'][0]
                yield endpoint.get('hostname') or address.replace('.', '-'), address, ports

    def _alias(self, question: Question, target: str, depth: int) -> DnsAnswer:
        alias = Record(question.name, 'CNAME', target)
        if question.kind == 'CNAME' or depth > MAX_ALIASES:
            return DnsAnswer(records=[alias])
        name = target.lower().rstrip('.')
        further = Question(target, question.kind)
        if name.endswith('.' + self.zone):
            found = self._in_zone(further, name[:-len(self.zone)].rstrip('.'), depth + 1)
        else:
            found = self._outside(further, name)
        return DnsAnswer(NOERROR, [alias, *found.records])

    # -- elsewhere ----------------------------------------------------------------------------------------------

    def outside(self, question: Question) -> DnsAnswer:
        """What DNS knows outside the cluster."""
        return self._outside(question, question.name.lower().rstrip('.'))

    def _outside(self, question: Question, name: str) -> DnsAnswer:
        found = self.upstream.get(name)
        if found is None:
            return DnsAnswer(NXDOMAIN, authoritative=False)
        if question.kind not in ('A', 'ANY'):
            return DnsAnswer(authoritative=False)
        return DnsAnswer(records=[Record(question.name, 'A', address) for address in found], authoritative=False)

    def _reverse(self, question: Question, name: str) -> DnsAnswer:
        """PTR: the name of a Service's address or of an endpoint's."""
        address = '.'.join(reversed(name.removesuffix('.in-addr.arpa').split('.')))
        names = [f'{service["metadata"]["name"]}.{service["metadata"]["namespace"]}.svc.{self.zone}'
                 for service in self._services.by_index('clusterIP', address)]
        names = names or list(self._endpoint_names(address))
        if not names:
            return DnsAnswer(NXDOMAIN)
        if question.kind not in ('PTR', 'ANY'):
            return DnsAnswer()
        return DnsAnswer(records=[Record(question.name, 'PTR', found) for found in names])

    def _endpoint_names(self, address: str) -> Iterator[str]:
        """serviceRecordForIP: only endpoints that have a host name of their own."""
        for piece in self._slices.list():
            for endpoint in piece.get('endpoints') or ():
                if address in endpoint['addresses'] and endpoint.get('hostname'):
                    for service in service_of(piece):
                        namespace, _, name = service.partition('/')
                        yield f'{endpoint["hostname"]}.{name}.{namespace}.svc.{self.zone}'


def _ips(service: Object) -> list[str]:
    ips = service['spec'].get('clusterIPs') or [service['spec'].get('clusterIP')]
    return [ip for ip in ips if ip and ip != 'None']
