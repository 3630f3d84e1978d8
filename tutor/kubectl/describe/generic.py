"""kubectl describe of a kind without a description of its own: all its fields, with readable names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tutor.apimachinery.objects import Object
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter, go_text

SKIPPED = frozenset({'.metadata.managedFields', '.metadata.name', '.metadata.namespace', '.metadata.labels',
                     '.metadata.annotations'})
ACRONYMS = frozenset({'API', 'URL', 'UID', 'GUID'})
_RUNS = re.compile(r'[a-z]+|[A-Z]+|[^a-zA-Z]+')


def describe(obj: Object, related: Related, now: float) -> str:
    """genericDescriber."""
    w = PrefixWriter(now)
    w.metadata(obj)
    _content(obj, 0, '', w)
    describe_events(related.events(obj), w)
    return w.text()


def _content(content: Mapping[str, object], level: int, prefix: str, w: PrefixWriter) -> None:
    """printUnstructuredContent."""
    for name in sorted(content):
        path = f'{prefix}.{name}'
        value = content[name]
        if path in SKIPPED:
            continue
        if isinstance(value, Mapping):
            w.write(level, f'{label_for(name)}:\n')
            _content(value, level + 1, path, w)
        elif isinstance(value, list):
            w.write(level, f'{label_for(name)}:\n')
            for child in value:
                if isinstance(child, Mapping):
                    _content(child, level + 1, path, w)
                else:
                    w.write(level + 1, f'{_text(child)}\n')
        else:
            w.write(level, f'{label_for(name)}:\t{_text(value)}\n')


def _text(value: object) -> str:
    return '<nil>' if value is None else go_text(value)


def label_for(name: str) -> str:
    """smartLabelFor: 'creationTimestamp' → 'Creation Timestamp', 'apiVersion' → 'API Version'."""
    if any(not char.isalpha() and char != '-' for char in name):
        return name
    words = []
    for word in _joined(list(_camel_case(name))):
        if word.upper() in ACRONYMS:
            word = word.upper()
        elif word.islower():
            word = word.capitalize()
        words.append(word)
    return ' '.join(words)


def _joined(parts: list[str]) -> Iterator[str]:
    """What the split took apart after capitals: 'PD' and 'Bs' are 'PDBs', but so are 'API' and 'Group' one word."""
    while parts:
        part = parts.pop(0)
        if parts and len(part) > 1 and part == part.upper() and parts[0][0].isupper():
            part += parts.pop(0)
        yield part


def _camel_case(name: str) -> Iterator[str]:
    """camelcase.Split: runs of one class; the last capital before small letters begins the next word."""
    runs = _RUNS.findall(name)
    for index in range(len(runs) - 1):
        if runs[index].isupper() and runs[index + 1][0].islower():
            runs[index + 1] = runs[index][-1] + runs[index + 1]
            runs[index] = runs[index][:-1]
    return (run for run in runs if run)
