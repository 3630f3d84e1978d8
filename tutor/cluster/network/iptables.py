"""The rules that kube-proxy writes into a node's kernel, as iptables shows them (pkg/proxy/iptables/proxier.go)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tutor.apimachinery.objects import Object, key
from tutor.cluster.network.proxy import Rules, addresses_of, cluster_ips, usable_endpoints

LAST = 'kubernetes service nodeports; NOTE: this must be the last rule in this chain'
BUILT_IN = {'nat': ('PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'), 'filter': ('INPUT', 'FORWARD', 'OUTPUT')}


@dataclass(slots=True)
class Rule:
    """One rule of a chain: `matches` are the words between the protocol and the target, as -A takes them."""

    target: str
    source: str = ''
    destination: str = ''
    protocol: str = ''
    comment: str = ''
    matches: str = ''
    more: str = ''
    """What stands after the target: --to-destination …"""


@dataclass(slots=True)
class Tables:
    """The chains of the nat and filter tables, in order."""

    nat: dict[str, list[Rule]] = field(default_factory=dict)
    filter: dict[str, list[Rule]] = field(default_factory=dict)

    def of(self, name: str) -> dict[str, list[Rule]] | None:
        return {'nat': self.nat, 'filter': self.filter}.get(name)


def empty() -> Tables:
    """A kernel that nobody has written rules into."""
    return Tables({chain: [] for chain in BUILT_IN['nat']}, {chain: [] for chain in BUILT_IN['filter']})


def tables(rules: Rules | None, node: str, pods: str) -> Tables:
    """The rules of a node's kube-proxy, which knows the pods by a range; None where it never ran."""
    found = empty()
    if rules is None:
        return found
    portals = 'kubernetes service portals'
    for chain in ('PREROUTING', 'OUTPUT'):
        found.nat[chain].append(Rule('KUBE-SERVICES', comment=portals))
    found.nat['POSTROUTING'].append(Rule('KUBE-POSTROUTING', comment='kubernetes postrouting rules'))
    for chain in ('INPUT', 'FORWARD', 'OUTPUT'):
        found.filter[chain].append(Rule('KUBE-SERVICES', comment=portals, matches='-m conntrack --ctstate NEW'))
    found.filter['KUBE-SERVICES'] = []
    found.nat.update({
        'KUBE-MARK-MASQ': [Rule('MARK', more='--or-mark 0x4000')], 'KUBE-NODEPORTS': [],
        'KUBE-POSTROUTING': [Rule('RETURN', matches='-m mark ! --mark 0x4000/0x4000'),
                             Rule('MARK', more='--xor-mark 0x4000'),
                             Rule('MASQUERADE', comment='kubernetes service traffic requiring SNAT',
                                  more='--random-fully')],
        'KUBE-SERVICES': []})
    for service in sorted(rules.services(), key=key):
        for port in service['spec'].get('ports') or () if cluster_ips(service) else ():
            _add(found, rules, service, port, node, pods)
    found.nat['KUBE-SERVICES'].append(Rule('KUBE-NODEPORTS', comment=LAST, matches='-m addrtype --dst-type LOCAL'))
    return found


def _add(found: Tables, rules: Rules, service: Object, port: Object, node: str, pods: str) -> None:
    """The chains of one port of a Service."""
    name = key(service) + (f':{port["name"]}' if port.get('name') else '')
    protocol = port.get('protocol', 'TCP').lower()
    chain = f'KUBE-SVC-{_hash(name + protocol)}'
    endpoints = list(usable_endpoints(rules.slices(key(service)), port.get('name', ''), (node, rules.zone(node))))
    to = f'-m {protocol} --dport {port["port"]}'
    external = [address for address in addresses_of(service) if address not in cluster_ips(service)]
    outside = f'KUBE-EXT-{_hash(name + protocol)}'
    for address in addresses_of(service):
        word = 'cluster IP' if address in cluster_ips(service) else 'loadbalancer IP'
        if not endpoints:
            found.filter['KUBE-SERVICES'].append(Rule(
                'REJECT', '', f'{address}/32', protocol, f'{name} has no endpoints', to,
                '--reject-with icmp-port-unreachable'))
            continue
        found.nat['KUBE-SERVICES'].append(Rule(
            chain if word == 'cluster IP' else outside, '', f'{address}/32', protocol, f'{name} {word}', to))
    if not endpoints:
        return
    found.nat[chain] = [Rule('KUBE-MARK-MASQ', f'!{pods}' if pods else '', f'{cluster_ips(service)[0]}/32', protocol,
                             f'{name} cluster IP', to)]
    _add_endpoints(found, service, name, protocol, chain, [endpoint[:2] for endpoint in endpoints])
    if port.get('nodePort') or external:
        found.nat[outside] = [Rule('KUBE-MARK-MASQ', comment=f'masquerade traffic for {name} external destinations'),
                              Rule(chain)]
    if port.get('nodePort'):
        found.nat['KUBE-NODEPORTS'].append(Rule(
            outside, '', '', protocol, name, f'-m {protocol} --dport {port["nodePort"]}'))


def _add_endpoints(found: Tables, service: Object, name: str, protocol: str, chain: str,
                   endpoints: list[tuple[str, int]]) -> None:
    sticky = service['spec'].get('sessionAffinity') == 'ClientIP'
    seconds = ((service['spec'].get('sessionAffinityConfig') or {}).get('clientIP') or {}).get('timeoutSeconds', 10800)
    chains = {endpoint: f'KUBE-SEP-{_hash(f"{name}{protocol}{endpoint[0]}:{endpoint[1]}")}' for endpoint in endpoints}
    for (address, number), own in chains.items() if sticky else ():
        found.nat[chain].append(Rule(own, comment=f'{name} -> {address}:{number}', matches=(
            f'-m recent --rcheck --seconds {seconds} --reap --name {own} --mask 255.255.255.255 --rsource')))
    for place, ((address, number), own) in enumerate(chains.items()):
        left = len(chains) - place
        chance = f'-m statistic --mode random --probability {1 / left:.11f}' if left > 1 else ''
        found.nat[chain].append(Rule(own, comment=f'{name} -> {address}:{number}', matches=chance))
        recent = f' -m recent --set --name {own} --mask 255.255.255.255 --rsource' if sticky else ''
        found.nat[own] = [Rule('KUBE-MARK-MASQ', f'{address}/32', comment=name),
                          Rule('DNAT', '', '', protocol, name, f'-m {protocol}{recent}',
                               f'--to-destination {address}:{number}')]


def custom(name: str, chain: str) -> bool:
    """Whether a chain is not one of the kernel's own."""
    return chain not in BUILT_IN[name]


def _hash(text: str) -> str:
    """portProtoHash."""
    return base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()[:16]


# -- as text ------------------------------------------------------------------------------------------------------


def saved(name: str, chains: dict[str, list[Rule]]) -> list[str]:
    """A table as iptables-save prints it."""
    lines = [f'*{name}', *(f':{chain} {"ACCEPT" if chain in BUILT_IN[name] else "-"} [0:0]' for chain in chains)]
    return [*lines, *(appended(chain, rule) for chain, rules in chains.items() for rule in rules), 'COMMIT']


def _quoted(text: str) -> str:
    """xtables_save_string: quoted unless it is one plain word."""
    return text if re.fullmatch(r'[-\w]+', text, re.ASCII) else f'"{text}"'


def appended(chain: str, rule: Rule) -> str:
    """A rule as -S and iptables-save print it."""
    words = ['-A', chain]
    if rule.source:
        words += ['!', '-s', rule.source[1:]] if rule.source.startswith('!') else ['-s', rule.source]
    words += ['-d', rule.destination] if rule.destination else []
    words += ['-p', rule.protocol] if rule.protocol else []
    words += ['-m', 'comment', '--comment', _quoted(rule.comment)] if rule.comment else []
    return ' '.join([*words, *rule.matches.split(), '-j', rule.target, *rule.more.split()])


def listed(name: str, chains: dict[str, list[Rule]], wanted: Iterable[str], numeric: bool, numbers: bool) -> list[str]:
    """Chains as -L prints them."""
    lines: list[str] = []
    anywhere = '0.0.0.0/0' if numeric else 'anywhere'
    for chain in wanted:
        used = sum(rule.target == chain for rules in chains.values() for rule in rules)
        policy = 'policy ACCEPT' if chain in BUILT_IN[name] else f'{used} references'
        lines += ['', f'Chain {chain} ({policy})'] if lines else [f'Chain {chain} ({policy})']
        lines.append(f'{"num  " if numbers else ""}target     prot opt source               destination         ')
        for number, rule in enumerate(chains[chain], 1):
            start = f'{number:<4d} ' if numbers else ''
            lines.append(start + f'{rule.target:<9}  {rule.protocol or "all":<4} --  '
                         f'{_place(rule.source) or anywhere:<19}  {_place(rule.destination) or anywhere:<19}  '
                         f'{_described(rule, numeric)}'.rstrip(' '))
    return lines


def _place(address: str) -> str:
    return address.removesuffix('/32')


def _described(rule: Rule, numeric: bool) -> str:
    """What -L says of a rule's matches and of its target."""
    words = rule.matches.split()
    parts = [f'/* {rule.comment} */'] if rule.comment else []
    if '--dport' in words:
        port = words[words.index('--dport') + 1]
        named = {'80': 'http', '443': 'https', '53': 'domain'}.get(port, port)
        parts.append(f'{rule.protocol} dpt:{port if numeric else named}')
    elif rule.protocol and rule.matches.startswith(f'-m {rule.protocol}'):
        parts.append(rule.protocol)
    if '--probability' in words:
        parts.append(f'statistic mode random probability {words[-1]}')
    if '--rcheck' in words:
        at = words.index('--name')
        parts.append(f'recent: CHECK seconds: {words[words.index("--seconds") + 1]} reap name: {words[at + 1]} side: '
                     'source mask: 255.255.255.255')
    if '--set' in words:
        parts.append(f'recent: SET name: {words[words.index("--name") + 1]} side: source mask: 255.255.255.255')
    if '--dst-type' in words:
        parts.append('ADDRTYPE match dst-type LOCAL')
    if '--ctstate' in words:
        parts.append('ctstate NEW')
    if '--mark' in words:
        parts.append(f'mark match ! {words[-1]}')
    more = rule.more.split()
    if more:
        parts.append({'--to-destination': f'to:{more[-1]}', '--or-mark': 'MARK or 0x4000',
                      '--xor-mark': 'MARK xor 0x4000', '--random-fully': 'random-fully',
                      '--reject-with': f'reject-with {more[-1]}'}[more[0]])
    return ' '.join(parts)
