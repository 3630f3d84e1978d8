"""kubectl describe persistentvolume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import canonical
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.volumes import describe_persistent_source
from tutor.kubectl.describe.writer import PrefixWriter
from tutor.kubectl.storage import access_modes, claim_class


def describe(volume: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    meta, spec, status = volume['metadata'], volume.get('spec') or {}, volume.get('status') or {}
    w.metadata(volume, namespace=False)
    w.field('Finalizers', meta.get('finalizers') or [])
    w.field('StorageClass', claim_class(volume))
    w.field('Status', f'Terminating (lasts {w.age(meta["deletionTimestamp"])})' if meta.get('deletionTimestamp')
            else status.get('phase', ''))
    claim = spec.get('claimRef')
    w.field('Claim', f'{claim.get("namespace", "")}/{claim.get("name", "")}' if claim is not None else '')
    w.field('Reclaim Policy', spec.get('persistentVolumeReclaimPolicy', ''))
    w.field('Access Modes', access_modes(spec.get('accessModes')))
    if spec.get('volumeMode') is not None:
        w.field('VolumeMode', spec['volumeMode'])
    w.field('Capacity', canonical((spec.get('capacity') or {}).get('storage', '0')))
    _node_affinity(spec.get('nodeAffinity'), w)
    w.field('Message', status.get('message', ''))
    w.write(0, 'Source:\n')
    describe_persistent_source(spec, w)
    describe_events(related.events(volume), w)
    return w.text()


def _node_affinity(affinity: Mapping[str, Any] | None, w: PrefixWriter) -> None:
    """printVolumeNodeAffinity."""
    w.write(0, 'Node Affinity:\t')
    required = affinity.get('required') if affinity else None
    if required is None:
        w.line('<none>')
        return
    w.line()
    w.write(1, 'Required Terms:\t')
    terms: list[Any] = required.get('nodeSelectorTerms') or []
    w.line('' if terms else '<none>')
    for index, term in enumerate(terms):
        expressions = [expression_text(entry) for entry in term.get('matchExpressions') or ()]
        describe_term(2, f'Term {index}', expressions, w)


def expression_text(entry: Mapping[str, Any]) -> str:
    text = f'{entry.get("key", "")} {entry.get("operator", "").lower()}'
    return f'{text} [{", ".join(entry["values"])}]' if entry.get('values') else text


def describe_term(level: int, title: str, expressions: Sequence[str], w: PrefixWriter) -> None:
    """printNodeSelectorTermsMultilineWithIndent."""
    w.write(level, f'{title}:\t')
    if not expressions:
        w.line('<none>')
    for index, text in enumerate(expressions):
        if index:
            w.write(level, '\t')
        w.write(0, f'{text}\n')
