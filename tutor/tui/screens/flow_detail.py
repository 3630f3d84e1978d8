"""What a hop wrote: the object as YAML, or only what differs from before."""

from __future__ import annotations

import difflib
from typing import Any

from tutor.tui.looks import StyledLine, line, run
from tutor.tui.reading.code import yaml_lines

LONGEST = 400


def object_lines(step: Any, *, whole: bool) -> list[StyledLine]:
    """The whole object coloured, or `+` and `-` lines against the object before."""
    if not isinstance(step.object, dict):
        return []
    after = _yaml(step.object)
    if whole:
        return yaml_lines(after)[:LONGEST]
    before = _yaml(step.before) if isinstance(step.before, dict) else ''
    lines: list[StyledLine] = []
    for text in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm='', n=2):
        if text.startswith(('---', '+++', '@@')):
            continue
        look = 'added' if text.startswith('+') else 'error' if text.startswith('-') else 'dim'
        lines.append(line(run(f'{text[:1]} {text[1:]}', look)))
    return lines[:LONGEST]


def _yaml(obj: dict[str, Any]) -> str:
    """The parts of an object that a reader looks for; managed fields are left out."""
    import yaml
    metadata = {key: value for key, value in obj.get('metadata', {}).items() if key != 'managedFields'}
    shown = {key: value for key, value in obj.items() if key != 'metadata'}
    return yaml.safe_dump({**{key: shown[key] for key in ('apiVersion', 'kind') if key in shown}, 'metadata': metadata,
                           **{key: value for key, value in shown.items() if key not in ('apiVersion', 'kind')}},
                          sort_keys=False, allow_unicode=True)
