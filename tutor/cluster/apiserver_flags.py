"""Small things that flags of an API server change: where node ports lie, how long pods bear a node that is lost, how
long events are kept (cmd/kube-apiserver/app/options, plugin/pkg/admission/defaulttolerationseconds)."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.apimachinery.duration import parse_duration
from tutor.cluster.apiserver.admission.default_toleration_seconds import SECONDS, TAINTS, DefaultTolerationSeconds
from tutor.cluster.apiserver.server import ApiServer
from tutor.cluster.event_leases import TTL, EventLeases
from tutor.cluster.registry.core.service.allocation import NODE_PORTS
from tutor.cluster.registry.core.service.strategy import ServiceStrategy

TOLERATED = ('default-not-ready-toleration-seconds', 'default-unreachable-toleration-seconds')


class BadFlag(Exception):
    """A flag says nothing that can be followed; the text is pflag's."""


def follow(flags: Mapping[str, str], api: ApiServer, events: EventLeases) -> None:
    """Have an API server do as its flags say. Raises BadFlag."""
    services = api.stores.of('', 'services').strategy
    assert isinstance(services, ServiceStrategy)
    services.node_ports = _ports(flags.get('service-node-port-range', ''))
    seconds = [_number(name, flags[name]) if name in flags else SECONDS for name in TOLERATED]
    for plugin in api.admission.plugins:
        if isinstance(plugin, DefaultTolerationSeconds):
            plugin.bear(dict(zip(TAINTS, seconds, strict=True)))
    events.ttl = int(parse_duration(flags['event-ttl'])) if 'event-ttl' in flags else TTL


def _number(name: str, text: str) -> int:
    if not text.removeprefix('-').isdigit():
        raise BadFlag(f'invalid argument "{text}" for "--{name}" flag: strconv.ParseInt: parsing "{text}": invalid '
                      'syntax')
    return int(text)


def _ports(text: str) -> range:
    """utilnet.ParsePortRange: 30000-32767, 30000+100, or one port."""
    if not text:
        return NODE_PORTS
    first, sign, second = text.partition('-' if '-' in text else '+')
    if not first.isdigit() or (sign and not second.isdigit()):
        wrong = second if first.isdigit() else first
        raise BadFlag(f'invalid argument "{text}" for "--service-node-port-range" flag: unable to parse port range: '
                      f'{text}: strconv.Atoi: parsing "{wrong}": invalid syntax')
    last = int(second) if sign == '-' else int(first) + int(second or 0)
    if last > 65535 or last < int(first):
        raise BadFlag(f'invalid argument "{text}" for "--service-node-port-range" flag: the port range cannot be '
                      f'greater than 65535: {text}' if last > 65535 else
                      f'invalid argument "{text}" for "--service-node-port-range" flag: end port cannot be less than '
                      f'start port: {text}')
    return range(int(first), last + 1)
