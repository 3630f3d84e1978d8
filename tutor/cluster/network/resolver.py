"""The stub resolver of a machine or container: /etc/hosts and /etc/resolv.conf, as the C library reads them."""

from __future__ import annotations

from dataclasses import dataclass
from errno import ENOENT
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol

from tutor.cluster.network.dns import NOERROR, SERVFAIL, DnsAnswer, Question
from tutor.shell.process import NameNotFound

DNS_PORT = 53
TIMEOUT = 5.0
ATTEMPTS = 2


class Asks(Protocol):
    """How a resolver reaches a name server."""

    async def ask(self, address: str, port: int, question: Question, timeout: float) -> DnsAnswer: ...


@dataclass(frozen=True, slots=True)
class ResolvConf:
    """What /etc/resolv.conf says."""

    nameservers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    ndots: int = 1
    timeout: float = TIMEOUT
    attempts: int = ATTEMPTS


@lru_cache(maxsize=1024)
def parse_resolv_conf(text: str) -> ResolvConf:
    """resolv.conf(5); what it does not know is passed over."""
    nameservers: list[str] = []
    search: tuple[str, ...] = ()
    options: dict[str, str] = {}
    for line in text.splitlines():
        words = line.partition('#')[0].split()
        if not words:
            continue
        if words[0] == 'nameserver' and len(words) > 1:
            nameservers.append(words[1])
        elif words[0] in ('search', 'domain'):
            search = tuple(words[1:])
        elif words[0] == 'options':
            options.update((name, value) for name, _, value in (word.partition(':') for word in words[1:]))
    return ResolvConf(tuple(nameservers[:3]) or ('127.0.0.1',), search, _number(options.get('ndots'), 1),
                      _number(options.get('timeout'), int(TIMEOUT)), _number(options.get('attempts'), ATTEMPTS))


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default


@lru_cache(maxsize=1024)
def parse_hosts(text: str) -> dict[str, list[str]]:
    """hosts(5): the IPv4 addresses by name. The result is shared: read only."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        words = line.partition('#')[0].split()
        if len(words) < 2 or ':' in words[0]:
            continue
        for name in words[1:]:
            found.setdefault(name.lower(), []).append(words[0])
    return found


def is_address(name: str) -> bool:
    """Whether it needs no looking up."""
    try:
        (IPv6Address if ':' in name else IPv4Address)(name)
    except ValueError:
        return False
    return True


def candidates(name: str, conf: ResolvConf) -> list[str]:
    """The full names to ask for, in order (res_search): as it is first when it has ndots dots or ends with one."""
    if name.endswith('.'):
        return [name.rstrip('.')]
    searched = [f'{name}.{suffix.rstrip(".")}' for suffix in conf.search]
    return [name, *searched] if name.count('.') >= conf.ndots else [*searched, name]


async def resolve(name: str, hosts: str, resolv_conf: str, network: Asks) -> list[str]:
    """The addresses of a name. Raises NameNotFound."""
    if is_address(name):
        return [name]
    found = parse_hosts(hosts).get(name.lower().rstrip('.'))
    if found:
        return list(found)
    conf = parse_resolv_conf(resolv_conf)
    for candidate in candidates(name, conf):
        try:
            answer = await query(Question(candidate, 'A'), conf, network)
        except OSError:
            break
        if answer.addresses:
            return answer.addresses
    raise NameNotFound(ENOENT, 'Name or service not known')


async def query(question: Question, conf: ResolvConf, network: Asks) -> DnsAnswer:
    """Ask the name servers in turn, each some times. Raises the last one's OSError."""
    problem: OSError = TimeoutError()
    for _ in range(max(conf.attempts, 1)):
        for server in conf.nameservers:
            try:
                answer = await network.ask(server, DNS_PORT, question, conf.timeout)
            except OSError as error:
                problem = error
                continue
            if answer.rcode != SERVFAIL:
                answer.server = server
                return answer
            problem = OSError('server failure')
    raise problem


async def lookup(name: str, kind: str, server: str, search: bool, resolv_conf: str, network: Asks) -> DnsAnswer:
    """What nslookup and dig ask for: one type, from one server or those configured, with or without searching."""
    conf = parse_resolv_conf(resolv_conf)
    if server:
        conf = ResolvConf((server,), conf.search, conf.ndots, conf.timeout, conf.attempts)
    answer = DnsAnswer(SERVFAIL)
    for candidate in candidates(name, conf) if search else [name.rstrip('.')]:
        answer = await query(Question(candidate, kind), conf, network)
        if answer.rcode == NOERROR and answer.records:
            return answer
    return answer
