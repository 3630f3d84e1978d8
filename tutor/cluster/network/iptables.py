"""The tables of a kernel's packet filter, and how iptables shows them; `iptables_rules` writes kube-proxy's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

BUILT_IN = {'nat': ('PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'), 'filter': ('INPUT', 'FORWARD', 'OUTPUT'),
            'mangle': ('PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING')}
PROTOCOLS = {'': 0, 'icmp': 1, 'tcp': 6, 'udp': 17, 'sctp': 132}
"""-n shows them by number (iptables 1.8.9 and 1.8.10)."""


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
    first: str = ''
    """Matches that stand before the comment."""


Chains = dict[str, list[Rule]]


@dataclass(slots=True)
class Tables:
    """The chains of the tables: the kernel's own, then the others."""

    nat: Chains = field(default_factory=dict)
    filter: Chains = field(default_factory=dict)
    mangle: Chains = field(default_factory=dict)

    def of(self, name: str) -> Chains | None:
        """A table's chains, those that are not the kernel's own by name (nft_chain_cache)."""
        chains = {'nat': self.nat, 'filter': self.filter, 'mangle': self.mangle}.get(name)
        if chains is None:
            return None
        return {**{chain: chains[chain] for chain in BUILT_IN[name]},
                **{chain: chains[chain] for chain in sorted(chains) if chain not in BUILT_IN[name]}}


def empty() -> Tables:
    """A kernel that nobody has written rules into."""
    return Tables(**{name: {chain: [] for chain in chains} for name, chains in BUILT_IN.items()})


def custom(name: str, chain: str) -> bool:
    """Whether a chain is not one of the kernel's own."""
    return chain not in BUILT_IN[name]


# -- as text ------------------------------------------------------------------------------------------------------


def saved(name: str, chains: Chains) -> list[str]:
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
    words += rule.first.split()
    words += ['-m', 'comment', '--comment', _quoted(rule.comment)] if rule.comment else []
    words += [rule.matches] if rule.matches else []
    return ' '.join([*words, *(['-j', rule.target] if rule.target else []), *rule.more.split()])


def listed(name: str, chains: Chains, wanted: Iterable[str], numeric: bool, numbers: bool, verbose: bool) -> list[str]:
    """Chains as -L prints them."""
    lines: list[str] = []
    heading = ('num  ' if numbers else '') + (' pkts bytes ' if verbose else '') + 'target     prot opt ' + (
        'in     out     ' if verbose else '') + 'source               destination         '
    for chain in wanted:
        used = sum(rule.target == chain for rules in chains.values() for rule in rules)
        policy = f'policy ACCEPT{" 0 packets, 0 bytes" if verbose else ""}'
        lines += [''] if lines else []
        lines += [f'Chain {chain} ({f"{used} references" if custom(name, chain) else policy})', heading]
        for number, rule in enumerate(chains[chain], 1):
            start = (f'{number:<4d} ' if numbers else '') + ('    0     0 ' if verbose else '')
            protocol = str(PROTOCOLS[rule.protocol]) if numeric else rule.protocol or 'all'
            lines.append(f'{start}{rule.target:<9}  {protocol:<4} -- {" *      *      " if verbose else ""}'
                         f'{_place(rule.source, numeric)}{_place(rule.destination, numeric)}'
                         + ''.join(f' {part}' for part in _described(rule, numeric)))
    return lines


def _place(address: str, numeric: bool) -> str:
    sign = '!' if address.startswith('!') else ' '
    shown = address.lstrip('!').removesuffix('/32') or ('0.0.0.0/0' if numeric else 'anywhere')
    return f'{sign}{shown:<19} '


def _described(rule: Rule, numeric: bool) -> Iterator[str]:
    """What -L says of a rule's matches, in their order, and of its target."""
    yield from _matches(rule.first, numeric)
    if rule.comment:
        yield f'/* {rule.comment} */'
    yield from _matches(rule.matches, numeric)
    option, _, value = rule.more.partition(' ')
    if option:
        yield {'--to-destination': f'to:{value}', '--set-xmark': _mark(value), '--random-fully': 'random-fully',
               '--reject-with': f'reject-with {value}'}[option]


def _mark(value: str) -> str:
    """mark_tg_print"""
    bits, _, mask = value.partition('/')
    return f'MARK {"xor" if mask == "0x0" else "or"} {bits}'


def _matches(text: str, numeric: bool) -> Iterator[str]:
    for match in text.split('-m ')[1:]:
        module, *words = match.split()
        options = dict(zip(words[::2], words[1::2], strict=False))
        inverted = '! ' if '!' in words else ''
        match module:
            case 'tcp' | 'udp' | 'sctp':
                port = options.get('--dport', '')
                named = {'80': 'http', '443': 'https', '53': 'domain'}.get(port, port)
                yield f'{module} dpt:{port if numeric else named}' if port else module
            case 'statistic':
                yield f'statistic mode random probability {words[-1]}'
            case 'recent':
                name = options.get('--name') or words[words.index('--name') + 1]
                asked = f'CHECK seconds: {words[words.index("--seconds") + 1]} reap' if '--rcheck' in words else 'SET'
                yield f'recent: {asked} name: {name} side: source mask: 255.255.255.255'
            case 'addrtype':
                yield f'ADDRTYPE match {words[0].removeprefix("--")} LOCAL'
            case 'conntrack':
                yield f'{inverted}ctstate {words[-1]}'
            case 'mark':
                yield f'mark match {inverted}{words[-1]}'
            case 'nfacct':
                yield f'nfacct-name  {words[-1]}'
            case 'set':
                yield f'match-set {" ".join(words[1:])}'
            case _:
                continue
