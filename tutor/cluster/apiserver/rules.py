"""How rules of RBAC, auditing and admission name what they are about: lists and paths with `*`."""

from __future__ import annotations

from collections.abc import Sequence


def has(values: Sequence[str] | None, wanted: str) -> bool:
    """Whether a list of a rule names something, or everything."""
    return values is not None and ('*' in values or wanted in values)


def path_matches(pattern: str, path: str) -> bool:
    """rbac.NonResourceURLMatches, and the same elsewhere: a path, or with `*` at its end what it begins with."""
    return pattern == path or (pattern.endswith('*') and path.startswith(pattern.rstrip('*')))
