"""awk's functions that change variables, take patterns or know the run."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.shell.programs.awk import tree
from tutor.shell.programs.awk.values import Input, Value, formatted, number, text
from tutor.shell.programs.complaint import Complaint

if TYPE_CHECKING:
    from tutor.shell.programs.awk.interpreter import Interpreter


def length(run: Interpreter, args: list[tree.Expression]) -> Value:
    if not args:
        return float(len(run.record))
    if isinstance(args[0], tree.Name):
        scope = run.scopes[-1] if run.scopes and args[0].name in run.scopes[-1] else run.variables
        if isinstance(scope.get(args[0].name), dict):
            return float(len(scope[args[0].name]))
    return float(len(run.text(run.value(args[0]))))


def split(run: Interpreter, args: list[tree.Expression]) -> Value:
    if len(args) < 2 or not isinstance(args[1], tree.Name):
        raise Complaint('line 1: type error in arg(2) in call to split', 2)
    string = run.text(run.value(args[0]))
    if len(args) > 2:
        pattern = args[2].pattern if isinstance(args[2], tree.Regex) else None
        parts = run.split(string, '' if pattern else run.text(run.value(args[2])), pattern)
    else:
        parts = run.split(string, text(run.variables['FS']))
    array = run.array(args[1].name)
    array.clear()
    array.update({str(place): Input(part) for place, part in enumerate(parts, 1)})
    return float(len(parts))


def sub(run: Interpreter, args: list[tree.Expression]) -> Value:
    return _substitute(run, args, every=False)


def gsub(run: Interpreter, args: list[tree.Expression]) -> Value:
    return _substitute(run, args, every=True)


def _substitute(run: Interpreter, args: list[tree.Expression], every: bool) -> Value:
    if len(args) < 2:
        raise Complaint('not enough arguments to sub', 2)
    pattern = run.pattern_of(args[0])
    replacement = run.text(run.value(args[1]))
    target = args[2] if len(args) > 2 else tree.Field(tree.Number(0.0))
    before = run.text(run.value(target))
    after, count = _replaced(pattern, replacement, before, every)
    if count and isinstance(target, (tree.Name, tree.Field, tree.Element)):
        run.store(target, after)
    return float(count)


def gensub(run: Interpreter, args: list[tree.Expression]) -> Value:
    if len(args) < 3:
        raise Complaint('not enough arguments to gensub', 2)
    pattern, replacement = run.pattern_of(args[0]), run.text(run.value(args[1]))
    how = run.text(run.value(args[2]))
    before = run.text(run.value(args[3])) if len(args) > 3 else str(run.record)
    if how[:1] in ('g', 'G'):
        return pattern.sub(lambda match: _filled(replacement, match, True), before)
    wanted = int(number(how)) or 1
    for count, match in enumerate(pattern.finditer(before), 1):
        if count == wanted:
            return before[:match.start()] + _filled(replacement, match, True) + before[match.end():]
    return before


def match(run: Interpreter, args: list[tree.Expression]) -> Value:
    if len(args) < 2:
        raise Complaint('not enough arguments to match', 2)
    found = run.pattern_of(args[1]).search(run.text(run.value(args[0])))
    run.variables['RSTART'] = float(found.start() + 1) if found else 0.0
    run.variables['RLENGTH'] = float(found.end() - found.start()) if found else -1.0
    if found and len(args) > 2 and isinstance(args[2], tree.Name):
        array = run.array(args[2].name)
        array.clear()
        array.update({str(place): Input(group or '') for place, group in enumerate([found[0], *found.groups()])})
    return run.variables['RSTART']


def sprintf(run: Interpreter, args: list[tree.Expression]) -> Value:
    values = [run.value(each) for each in args]
    return formatted(run.text(values[0]), values[1:]) if values else ''


def rand(run: Interpreter, _: list[tree.Expression]) -> Value:
    return run.random.random()


def srand(run: Interpreter, args: list[tree.Expression]) -> Value:
    before, run.seed = run.seed, number(run.value(args[0])) if args else float(int(run.ctx.simulation.now))
    run.random.seed(run.seed)
    return before


def systime(run: Interpreter, _: list[tree.Expression]) -> Value:
    return float(int(run.ctx.simulation.wall().timestamp()))


def strftime(run: Interpreter, args: list[tree.Expression]) -> Value:
    from tutor.shell.programs.date import DEFAULT, shown
    from tutor.shell.programs.dates import parse_date
    moment = run.ctx.simulation.wall()
    if len(args) > 1:
        moment = parse_date(f'@{number(run.value(args[1]))}', moment) or moment
    return shown(moment, run.text(run.value(args[0])) if args else DEFAULT)


def close(run: Interpreter, args: list[tree.Expression]) -> Value:
    return float(run.outputs.close(run.text(run.value(args[0]))) if args else -1)


def fflush(run: Interpreter, _: list[tree.Expression]) -> Value:
    return 0.0


def system(run: Interpreter, _: list[tree.Expression]) -> Value:
    raise Complaint('system: other programs cannot be run from inside awk here; use xargs or a loop of the shell',
                    2)


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

SPECIAL: dict[str, Callable[..., Value]] = {
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
