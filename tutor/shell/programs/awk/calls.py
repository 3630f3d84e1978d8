"""awk's functions that change variables, take patterns or know the run."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tutor.shell.programs.awk import tree
from tutor.shell.programs.awk.values import Input, Value, formatted, number, text
from tutor.shell.programs.complaint import Complaint

if TYPE_CHECKING:
    from tutor.shell.programs.awk.interpreter import Interpreter


async def length(run: Interpreter, args: list[tree.Expression]) -> Value:
    if not args:
        return float(len(run.record))
    if isinstance(args[0], tree.Name):
        scope = run.scopes[-1] if run.scopes and args[0].name in run.scopes[-1] else run.variables
        if isinstance(scope.get(args[0].name), dict):
            return float(len(scope[args[0].name]))
    return float(len(run.text(await run.value(args[0]))))


async def split(run: Interpreter, args: list[tree.Expression]) -> Value:
    if len(args) < 2 or not isinstance(args[1], tree.Name):
        raise Complaint('line 1: type error in arg(2) in call to split', 2)
    string = run.text(await run.value(args[0]))
    if len(args) > 2:
        pattern = args[2].pattern if isinstance(args[2], tree.Regex) else None
        parts = run.split(string, '' if pattern else run.text(await run.value(args[2])), pattern)
    else:
        parts = run.split(string, text(run.variables['FS']))
    array = run.array(args[1].name)
    array.clear()
    array.update({str(place): Input(part) for place, part in enumerate(parts, 1)})
    return float(len(parts))


async def sub(run: Interpreter, args: list[tree.Expression]) -> Value:
    return await _substitute(run, args, every=False)


async def gsub(run: Interpreter, args: list[tree.Expression]) -> Value:
    return await _substitute(run, args, every=True)


async def _substitute(run: Interpreter, args: list[tree.Expression], every: bool) -> Value:
    if len(args) < 2:
        raise Complaint('not enough arguments to sub', 2)
    pattern = await run.pattern_of(args[0])
    replacement = run.text(await run.value(args[1]))
    target = args[2] if len(args) > 2 else tree.Field(tree.Number(0.0))
    before = run.text(await run.value(target))
    after, count = _replaced(pattern, replacement, before, every)
    if count and isinstance(target, (tree.Name, tree.Field, tree.Element)):
        await run.store(target, after)
    return float(count)


async def gensub(run: Interpreter, args: list[tree.Expression]) -> Value:
    if len(args) < 3:
        raise Complaint('not enough arguments to gensub', 2)
    pattern, replacement = await run.pattern_of(args[0]), run.text(await run.value(args[1]))
    how = run.text(await run.value(args[2]))
    before = run.text(await run.value(args[3])) if len(args) > 3 else str(run.record)
    if how[:1] in ('g', 'G'):
        return pattern.sub(lambda match: _filled(replacement, match, True), before)
    wanted = int(number(how)) or 1
    for count, match in enumerate(pattern.finditer(before), 1):
        if count == wanted:
            return before[:match.start()] + _filled(replacement, match, True) + before[match.end():]
    return before


async def match(run: Interpreter, args: list[tree.Expression]) -> Value:
    if len(args) < 2:
        raise Complaint('not enough arguments to match', 2)
    found = (await run.pattern_of(args[1])).search(run.text(await run.value(args[0])))
    run.variables['RSTART'] = float(found.start() + 1) if found else 0.0
    run.variables['RLENGTH'] = float(found.end() - found.start()) if found else -1.0
    if found and len(args) > 2 and isinstance(args[2], tree.Name):
        array = run.array(args[2].name)
        array.clear()
        array.update({str(place): Input(group or '') for place, group in enumerate([found[0], *found.groups()])})
    return run.variables['RSTART']


async def sprintf(run: Interpreter, args: list[tree.Expression]) -> Value:
    values = [await run.value(each) for each in args]
    return formatted(run.text(values[0]), values[1:]) if values else ''


async def rand(run: Interpreter, _: list[tree.Expression]) -> Value:
    return run.random.random()


async def srand(run: Interpreter, args: list[tree.Expression]) -> Value:
    before, run.seed = run.seed, number(await run.value(args[0])) if args else float(int(run.ctx.simulation.now))
    run.random.seed(run.seed)
    return before


async def systime(run: Interpreter, _: list[tree.Expression]) -> Value:
    return float(int(run.ctx.simulation.wall().timestamp()))


async def strftime(run: Interpreter, args: list[tree.Expression]) -> Value:
    from tutor.shell.programs.date import DEFAULT, shown
    from tutor.shell.programs.dates import parse_date
    moment = run.ctx.simulation.wall()
    if len(args) > 1:
        moment = parse_date(f'@{number(await run.value(args[1]))}', moment) or moment
    return shown(moment, run.text(await run.value(args[0])) if args else DEFAULT)


async def close(run: Interpreter, args: list[tree.Expression]) -> Value:
    name = run.text(await run.value(args[0])) if args else ''
    closed = run.inputs.close(name)
    status = await run.outputs.close(name)
    return 0.0 if closed and status < 0 else float(status)


async def fflush(run: Interpreter, _: list[tree.Expression]) -> Value:
    return 0.0


async def system(run: Interpreter, args: list[tree.Expression]) -> Value:
    """Run a command of the shell after all that was printed; its exit status."""
    if not args:
        raise Complaint('not enough arguments to system', 2)
    return float(await run.outputs.system(run.text(await run.value(args[0]))))


def _replaced(pattern: re.Pattern[str], replacement: str, text: str, every: bool) -> tuple[str, int]:
    """A text with its matches replaced; an empty match right behind another one does not count."""
    found: list[str] = []
    end = count = 0
    for match in pattern.finditer(text):
        if match.start() == match.end() == end and count:
            continue
        found += [text[end:match.start()], _filled(replacement, match)]
        end = match.end()
        count += 1
        if not every:
            break
    return ''.join([*found, text[end:]]), count


def _filled(replacement: str, match: re.Match[str], groups: bool = False) -> str:
    """A replacement with & and \\& (and \\1 for gensub) carried out."""
    def one(part: re.Match[str]) -> str:
        if part[0] == '&':
            return match[0]
        letter = part[0][1]
        if letter in '&\\':
            return letter
        if groups and letter.isdigit() and int(letter) <= (match.re.groups or 0):
            return match[int(letter)] or ''
        return part[0]
    return re.sub(r'\\.|&', one, replacement, flags=re.DOTALL)


SPECIAL: dict[str, Callable[..., Awaitable[Value]]] = {
    'length': length,
    'split': split,
    'sub': sub,
    'gsub': gsub,
    'gensub': gensub,
    'match': match,
    'sprintf': sprintf,
    'rand': rand,
    'srand': srand,
    'systime': systime,
    'strftime': strftime,
    'close': close,
    'fflush': fflush,
    'system': system,
}
