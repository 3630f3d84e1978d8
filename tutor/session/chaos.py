"""`chaos`: break something in the simulated cluster on purpose, see what comes of it, and mend it."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.client import control
from tutor.client.control import BadFault, Caused, FaultKind, Faults
from tutor.shell.process import IO, Context
from tutor.shell.programs.manual import usage
from tutor.shell.speech import Bilingual, Said, complain, each, line

REAL = Said('this cluster is real: nothing is broken in it on purpose', '这是真实的集群：不能在上面故意制造故障')
NONE = Said('no fault is in force', '没有正在生效的故障')
CAUSED = Said('in force', '已生效')
MENDED = Said('mended', '已恢复')
OWN_WORDS = {
    'list': Said('the faults that can be caused', '可以制造的故障'),
    'status': Said('the faults that are in force', '正在生效的故障'),
    'undo [N]': Said('mend the last fault, or number N', '恢复最近一个故障，或者第 N 个'),
    'clear': Said('mend all', '恢复全部故障'),
}


async def chaos(argv: list[str], io: IO, ctx: Context) -> int:
    """Cause, list and mend faults."""
    found = control.of(ctx.extras)
    if found is None:
        return complain('chaos', REAL, io, ctx)
    try:
        io.stdout.write(_act(argv[1:], found.faults, ctx))
    except BadFault as problem:
        return complain('chaos', problem, io, ctx)
    return 0


def _act(words: Sequence[str], faults: Faults, ctx: Context) -> str:
    mended = f'({line(MENDED, ctx)})'
    match list(words):
        case [] | ['-h' | '--help' | 'help' | 'list']:
            return _help(faults, ctx)
        case ['status']:
            return _status(faults, ctx)
        case ['clear']:
            return ''.join(_line(faults.mend(caused.number), mended) for caused in reversed(faults.active()))
        case ['undo']:
            return _line(faults.mend(), mended)
        case ['undo', number] if number.isdecimal():
            return _line(faults.mend(int(number)), mended)
        case _:
            by_words = ''.join(_line(caused, mended) for caused in faults.mend_by(words))
            return by_words or _line(faults.cause(words), f'({line(CAUSED, ctx)})')


def suggestions(words: Sequence[str], faults: Faults) -> list[tuple[str, str, str]]:
    """What may be typed next, with what it does in English and Chinese ('' where nothing need be said)."""
    if not words:
        found = [(kind.name, kind.en, kind.zh) for kind in faults.kinds()]
        found += [(kind.mended_by, _mends(kind).en, _mends(kind).zh) for kind in faults.kinds() if kind.mended_by]
        return [*found, *((name.split()[0], about.en, about.zh) for name, about in OWN_WORDS.items())]
    kind = next((kind for kind in faults.kinds() if words[0] in (kind.name, kind.mended_by)), None)
    if kind is None:
        return [(str(caused.number), caused.text, caused.text) for caused in faults.active()] \
            if list(words) == ['undo'] else []
    return [(word, '', '') for pattern in kind.synopsis.split(' | ')
            for word in _next_words(pattern.split(), list(words[1:]), faults)]


def _next_words(pattern: list[str], typed: list[str], faults: Faults) -> list[str]:
    """What a synopsis has in the place behind the words that were typed, if those fit it."""
    def choices(place: int) -> list[str]:
        names = pattern[place].strip('[]').split('|')
        return [name for each in names for name in (faults.machines() if each == 'NODE' else [each])]
    if len(typed) >= len(pattern) or any(word not in choices(place) for place, word in enumerate(typed)):
        return []
    return [name for name in choices(len(typed)) if not name.rstrip('%').isupper()]


def _mends(kind: FaultKind) -> Said:
    return Said(f'mend {kind.name}', f'恢复 {kind.name}')


def _help(faults: Faults, ctx: Context) -> str:
    lines = [f'usage: {usage("chaos")}\n\n']
    for kind in faults.kinds():
        lines += _entry(f'{kind.name} {kind.synopsis}'.rstrip(), kind, ctx)
        if kind.mended_by:
            lines += _entry(f'{kind.mended_by} [{kind.synopsis}]', _mends(kind), ctx)
    for words, about in OWN_WORDS.items():
        lines += _entry(words, about, ctx)
    return ''.join(lines)


def _entry(words: str, about: Bilingual, ctx: Context) -> list[str]:
    return [f'  {words}\n', *(f'      {text}\n' for text in each(about, ctx))]


def _status(faults: Faults, ctx: Context) -> str:
    active = faults.active()
    if not active:
        return f'{line(NONE, ctx)}\n'
    return ''.join(f'{caused.number:>3}  {caused.text}\n' for caused in active)


def _line(caused: Caused, what: str) -> str:
    return f'{caused.number}  {caused.text}  {what}\n'
