"""The environment that a shell gives to programs: every shell in the order of its own table of variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.variables import bucket, is_name

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

ALMQUIST_BUCKETS = 39
OWN_OF_ALMQUIST = ('IFS', 'OPTIND', 'PATH', 'PS1', 'PS2', 'PS4')
"""Variables that dash and ash have before they read their environment (varinit)."""


def forget_other_names(shell: Shell) -> None:
    """dash takes only variables out of its environment (INIT in var.c); ash and bash keep the rest for children."""
    for name in [name for name in shell.variables.names() if not is_name(name)]:
        shell.variables.unset(name)


def environment_of(shell: Shell, name: str, own: dict[str, str], replaced: bool) -> dict[str, str]:
    """The environment of a program, with the assignments before its name; it may have replaced the shell."""
    kept = shell.variables.exported()
    if shell.dialect.name != 'bash':
        return dict(sorted({**kept, **own}.items(), key=_almquist_order))
    if replaced and 'SHLVL' in kept:
        kept['SHLVL'] = str(max(int(kept['SHLVL']) - 1 if kept['SHLVL'].isdigit() else 0, 0))
    invalid = {name: value for name, value in kept.items() if not is_name(name)}
    rest = {name: kept[name] for name in sorted(kept, key=bucket) if name not in invalid and name not in own}
    # An inherited `_` stays where it is (update_export_env_inplace).
    return {**invalid, **own, **rest, '_': name if '/' in name else shell.which(name) or name}


def _almquist_order(entry: tuple[str, str]) -> tuple[int, bool]:
    """hashvar of dash and ash; listvars goes through its buckets, in which a new variable comes last."""
    name = entry[0].encode('utf-8', 'surrogateescape')
    return ((name[0] << 4) + sum(name)) % ALMQUIST_BUCKETS if name else 0, entry[0] not in OWN_OF_ALMQUIST
