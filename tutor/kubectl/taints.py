"""Taints as a command line writes them, and what they make of a node's (kubectl/pkg/cmd/taint/utils.go)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutor.apimachinery.names import is_label_value, is_qualified_name
from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError, aggregate

EFFECTS = ('NoSchedule', 'PreferNoSchedule', 'NoExecute')


def parse_taints(words: Iterable[str]) -> tuple[list[Object], list[Object]]:
    """parseTaints: those to add and those to remove ('key:effect-', 'key-')."""
    added: list[Object] = []
    removed: list[Object] = []
    for word in words:
        taint = _parse(word.removesuffix('-'))
        if word.endswith('-'):
            removed.append({'key': taint['key'], 'value': '', 'effect': taint['effect']})
            continue
        if not taint['effect']:
            raise KubectlError(f'invalid taint spec: {word}')
        if any(_same(taint, other) for other in added):
            shown = f'{{{taint["key"]} {taint["value"]} {taint["effect"]} <nil>}}'
            raise KubectlError(f'duplicated taints with the same key and effect: {shown}')
        added.append(taint)
    return added, removed


def _parse(word: str) -> Object:
    parts = word.split(':')
    key, value, effect = parts[0], '', ''
    if len(parts) == 2:
        effect = parts[1]
        if effect not in EFFECTS:
            raise KubectlError(f'invalid taint effect: {effect}, unsupported taint effect')
        pair = parts[0].split('=')
        if len(pair) > 2:
            raise KubectlError(f'invalid taint spec: {word}')
        key = pair[0]
        if len(pair) == 2:
            value = pair[1]
            _refuse(word, is_label_value(value))
    elif len(parts) > 2:
        raise KubectlError(f'invalid taint spec: {word}')
    _refuse(word, is_qualified_name(key))
    return {'key': key, 'value': value, 'effect': effect}


def _refuse(word: str, complaints: Sequence[str]) -> None:
    if complaints:
        raise KubectlError(f'invalid taint spec: {word}, {"; ".join(complaints)}')


def _same(left: Object, right: Object) -> bool:
    """Taint.MatchTaint: one key has one taint of each effect."""
    return left.get('key') == right.get('key') and left.get('effect') == right.get('effect')


def taint_text(taint: Object) -> str:
    """Taint.ToString."""
    key, value, effect = (taint.get(name) or '' for name in ('key', 'value', 'effect'))
    if not effect:
        return f'{key}={value}:' if value else key
    return f'{key}={value}:{effect}' if value else f'{key}:{effect}'


def already_there(old: Iterable[Object], added: Iterable[Object]) -> str:
    """checkIfTaintsAlreadyExists: the keys of those that a node has already."""
    known = list(old)
    return ','.join(taint['key'] for taint in added for other in known if _same(taint, other))


def reorganize(old: Sequence[Object], added: Sequence[Object], removed: Sequence[Object],
               overwrite: bool) -> tuple[str, list[Object]]:
    """reorganizeTaints: what was done ('tainted', 'untainted', 'modified') and the new list."""
    taints = [{name: value for name, value in taint.items() if value} for taint in added]
    taints += [taint for taint in old if not any(_same(taint, new) for new in added)]
    grown = len(taints) != len(old)
    errors: list[Exception] = []
    shrunk = False
    for gone in removed:
        kept = [taint for taint in taints if taint.get('key') != gone['key']
                or (gone['effect'] and taint.get('effect') != gone['effect'])]
        shrunk = len(kept) != len(taints)
        if not shrunk:
            errors.append(KubectlError(f'taint "{taint_text(gone)}" not found'))
        taints = kept
    failure = aggregate(errors)
    if failure is not None:
        raise failure
    if (grown and shrunk) or overwrite:
        return 'modified', taints
    return ('tainted' if grown else 'untainted'), taints
