"""`chaos`: break something in the simulated cluster on purpose, see what comes of it, and mend it."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.client import control
from tutor.client.control import BadFault, Caused, Faults
from tutor.session.saying import both, complain
from tutor.shell.process import IO, Context
from tutor.shell.programs.manual import usage

REAL = both('this cluster is real: nothing is broken in it on purpose', '这是真实的集群：不能在上面故意制造故障')
NONE = both('no fault is in force', '没有正在生效的故障')
CAUSED = both('in force', '已生效')
MENDED = both('mended', '已恢复')
OWN_WORDS = (
    ('list', 'the faults that can be caused', '可以制造的故障'),
    ('status', 'the faults that are in force', '正在生效的故障'),
    ('undo [N]', 'mend the last fault, or number N', '恢复最近一个故障，或者第 N 个'),
    ('clear', 'mend all', '恢复全部故障'),
)


async def chaos(argv: list[str], io: IO, ctx: Context) -> int:
    """Cause, list and mend faults."""
    found = control.of(ctx.extras)
    if found is None:
        return complain('chaos', REAL, io)
    try:
        io.stdout.write(_act(argv[1:], found.faults))
    except BadFault as problem:
        return complain('chaos', both(problem.en, problem.zh), io)
    return 0


def _act(words: Sequence[str], faults: Faults) -> str:
    match list(words):
        case [] | ['-h' | '--help' | 'help' | 'list']:
            return _help(faults)
        case ['status']:
            return _status(faults)
        case ['clear']:
            return ''.join(_line(faults.mend(caused.number), MENDED) for caused in reversed(faults.active()))
        case ['undo']:
            return _line(faults.mend(), MENDED)
        case ['undo', number] if number.isdecimal():
            return _line(faults.mend(int(number)), MENDED)
        case _:
            mended = faults.mend_by(words)
            return ''.join(_line(caused, MENDED) for caused in mended) or _line(faults.cause(words), CAUSED)


def _help(faults: Faults) -> str:
    lines = [f'usage: {usage("chaos")}\n\n']
    for kind in faults.kinds():
        lines += _entry(f'{kind.name} {kind.synopsis}'.rstrip(), kind.en, kind.zh)
        if kind.mended_by:
            words = f'{kind.mended_by} [{kind.synopsis}]'
            lines += _entry(words, f'mend {kind.name}', f'恢复 {kind.name}')
    for words, en, zh in OWN_WORDS:
        lines += _entry(words, en, zh)
    return ''.join(lines)


def _entry(words: str, en: str, zh: str) -> list[str]:
    return [f'  {words}\n', f'      {en}\n', f'      {zh}\n']


def _status(faults: Faults) -> str:
    active = faults.active()
    if not active:
        return f'{NONE}\n'
    return ''.join(f'{caused.number:>3}  {caused.text}\n' for caused in active)


def _line(caused: Caused, what: str) -> str:
    return f'{caused.number}  {caused.text}  ({what})\n'
