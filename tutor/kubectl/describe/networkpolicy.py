"""kubectl describe networkpolicy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import format_label_selector
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter, or_none

INDENT = '    '


def describe(policy: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    meta, spec = policy['metadata'], policy.get('spec') or {}
    created = datetime.fromtimestamp(parse_timestamp(meta['creationTimestamp']), UTC)
    w.field('Name', meta['name'])
    w.field('Namespace', meta.get('namespace', ''))
    w.field('Created on', created.strftime('%Y-%m-%d %H:%M:%S +0000 UTC'))
    w.marks(meta)
    _spec(spec, w)
    return w.text()


def _spec(spec: Mapping[str, Any], w: PrefixWriter) -> None:
    w.write(0, 'Spec:\n')
    w.write(1, 'PodSelector: ')
    selector = spec.get('podSelector') or {}
    everything = not selector.get('matchLabels') and not selector.get('matchExpressions')
    w.write(2, '<none> (Allowing the specific traffic to all pods in this namespace)\n' if everything
            else format_label_selector(selector) + '\n')
    types = spec.get('policyTypes') or ()
    for kind, peers, field, every in (
            ('ingress', 'From', 'from', 'From: <any> (traffic not restricted by source)'),
            ('egress', 'To', 'to', 'To: <any> (traffic not restricted by destination)')):
        if kind.capitalize() in types:
            w.write(1, f'Allowing {kind} traffic:\n')
            _rules(spec.get(kind) or (), kind, peers, field, every, w)
        else:
            w.write(1, f'Not affecting {kind} traffic\n')
    w.write(1, f'Policy Types: {or_none(", ".join(types))}\n')


def _rules(rules: Sequence[Mapping[str, Any]], kind: str, peers: str, field: str, every: str, w: PrefixWriter) -> None:
    if not rules:
        w.write(0, f'{INDENT}<none> (Selected pods are isolated for {kind} connectivity)\n')
    for index, rule in enumerate(rules):
        if index:
            w.write(0, f'{INDENT}----------\n')
        _ports(rule.get('ports') or (), w)
        if not rule.get(field):
            w.write(0, f'{INDENT}{every}\n')
        for peer in rule.get(field) or ():
            w.write(0, f'{INDENT}{peers}:\n')
            _peer(peer, w)


def _ports(ports: Sequence[Mapping[str, Any]], w: PrefixWriter) -> None:
    if not ports:
        w.write(0, f'{INDENT}To Port: <any> (traffic allowed to all ports)\n')
    for port in ports:
        number, protocol = port.get('port', '<nil>'), port.get('protocol') or 'TCP'
        if port.get('endPort') is None:
            w.write(0, f'{INDENT}To Port: {number}/{protocol}\n')
        else:
            w.write(0, f'{INDENT}To Port Range: {number}-{port["endPort"]}/{protocol}\n')


def _peer(peer: Mapping[str, Any], w: PrefixWriter) -> None:
    selectors = [(title, field) for title, field in (('NamespaceSelector', 'namespaceSelector'),
                                                     ('PodSelector', 'podSelector')) if peer.get(field) is not None]
    for title, field in selectors:
        w.write(1, f'{INDENT}{title}: {format_label_selector(peer[field])}\n')
    block = peer.get('ipBlock')
    if not selectors and block is not None:
        w.write(1, f'{INDENT}IPBlock:\n')
        w.write(2, f'{INDENT}CIDR: {block.get("cidr", "")}\n')
        w.write(2, f'{INDENT}Except: {", ".join(block.get("except") or ())}\n')
