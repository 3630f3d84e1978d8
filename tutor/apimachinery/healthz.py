"""What a program answers on /healthz, /livez and /readyz (apiserver/pkg/server/healthz; etcd has the same form)."""

from __future__ import annotations

from collections.abc import Collection, Iterable


def verdict(whole: str, checks: Iterable[tuple[str, str]], verbose: bool,
            excluded: Collection[str] = ()) -> tuple[bool, str]:
    """handleRootHealth: whether all is well, and what to say: 'ok', or a line for each check. `checks` are names, each
    with what is said of its failure ('' when it has not failed); `whole` is the path without its slash."""
    found = [(name, problem) for name, problem in checks]
    lines = [f'[+]{name} excluded: ok' if name in excluded else
             f'[-]{name} failed: {problem}' if problem else f'[+]{name} ok' for name, problem in found]
    good = not any(problem and name not in excluded for name, problem in found)
    if good and not verbose:
        return True, 'ok'
    return good, '\n'.join([*lines, f'{whole} check {"passed" if good else "failed"}', ''])
