"""What may change in a pod that is not to be scheduled yet: it may be told more about where it goes."""

from __future__ import annotations

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.podspec.scheduling import REQUIRED

_ADDITIONS = 'only additions are allowed (no mutations or deletions)'


def validate(munged: Object, before: Object) -> list[FieldError]:
    """The part of ValidatePodUpdate for gated pods; undoes in `munged` what it has judged."""
    found = _node_selector(munged, before)
    now, last = munged.get('affinity') or {}, before.get('affinity') or {}
    if now.get('nodeAffinity') != last.get('nodeAffinity'):
        found += _node_affinity(now.get('nodeAffinity') or {}, last.get('nodeAffinity') or {})
        affinity = dict(now)
        restore(affinity, last, 'nodeAffinity')
        munged['affinity'] = affinity
        if not affinity:
            restore(munged, before, 'affinity')
    return found


def restore(munged: Object, before: Object, name: str) -> None:
    """Give a field the value that it had."""
    if name in before:
        munged[name] = before[name]
    else:
        munged.pop(name, None)


def _node_selector(munged: Object, before: Object) -> list[FieldError]:
    """validateNodeSelectorMutation."""
    now, last = munged.get('nodeSelector') or {}, before.get('nodeSelector') or {}
    restore(munged, before, 'nodeSelector')
    if last.items() <= now.items():
        return []
    return [field.invalid('spec.nodeSelector', now, 'only additions to spec.nodeSelector are allowed (no mutations or '
                                                    'deletions)')]


def _node_affinity(now: Object, last: Object) -> list[FieldError]:
    """validateNodeAffinityMutation."""
    path = f'spec.affinity.nodeAffinity.{REQUIRED}.nodeSelectorTerms'
    before = (last.get(REQUIRED) or {}).get('nodeSelectorTerms') or []
    terms = (now.get(REQUIRED) or {}).get('nodeSelectorTerms') or []
    if before and len(before) != len(terms):
        return [field.invalid(path, terms, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')]
    return [field.invalid(f'{path}[{index}]', terms[index], _ADDITIONS) for index, old in enumerate(before)
            if not _only_added(terms[index], old)]


def _only_added(new: Object, old: Object) -> bool:
    """validateNodeSelectorTermHasOnlyAdditions."""
    kinds = ('matchExpressions', 'matchFields')
    if not any(old.get(kind) for kind in kinds):
        return not any(new.get(kind) for kind in kinds)
    return all((new.get(kind) or [])[:len(old.get(kind) or [])] == (old.get(kind) or []) for kind in kinds)
