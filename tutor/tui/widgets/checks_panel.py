"""The checks of an exercise: each with its sign; of the first that is not met, what was expected and what is there."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.i18n import Voice, translate
from tutor.i18n.voice import pick
from tutor.i18n.width import cells, close_up, cut
from tutor.i18n.wrap import Line, Run, wrap
from tutor.tui.contract import CheckView
from tutor.tui.looks import Look, StyledLine, line, run
from tutor.tui.signs import Signs


def check_lines(checks: Sequence[CheckView], voice: Voice, signs: Signs, width: int, *,
                all_details: bool = False) -> list[StyledLine]:
    """The list for the panel; `all_details` shows expected and found of every check that is not met."""
    lines: list[StyledLine] = []
    told = False
    for check in checks:
        sign, look = (signs.done, 'done') if check.passed else (signs.open, 'open')
        title = wrap([Run(voice.words(check.title), Look('text' if check.passed else 'strong'))],
                     width - cells(sign) - 1)
        for index, part in enumerate(title):
            lead = run(f'{sign} ' if not index else ' ' * (cells(sign) + 1), look)
            lines.append(Line((lead, *part.runs)))
        if not check.passed and not check.waiting and (all_details or not told):
            told = True
            lines.extend(_details(check, voice, width, cells(sign) + 1))
    return lines


def _details(check: CheckView, voice: Voice, width: int, indent: int) -> list[StyledLine]:
    """`应为 expected  3` and `现在 found  1`."""
    if check.expected is None or check.found is None:
        return []
    labels = [voice.label('expected'), voice.label('found')]
    gap = max(map(cells, labels)) + 2
    lines: list[StyledLine] = []
    for label, text, look in ((labels[0], check.expected, 'text'), (labels[1], check.found, 'found')):
        room = width - indent - gap
        under = cells(voice.words(text)) > room
        parts = wrap([Run(voice.words(text), Look(look))], width - indent - 2 if under else room)
        lead = ' ' * indent + label
        if under:
            lines.append(line(run(lead, 'dim')))
        for index, part in enumerate(parts):
            start = ' ' * (indent + 2) if under else (lead + ' ' * (gap - cells(label)) if not index
                                                      else ' ' * (indent + gap))
            lines.append(Line((run(start, 'dim'), *part.runs)))
    return lines


def short_form(checks: Sequence[CheckView], voice: Voice, signs: Signs, width: int) -> list[tuple[str, str]]:
    """`✔ Deployment web  ○ 3 个副本：应为 3，现在 1` on one line, as (text, look)."""
    language = voice.first
    parts: list[tuple[str, str]] = []
    used = 0
    told = False
    for check in checks:
        words = f'{signs.done if check.passed else signs.open} {pick(check.title, language)}'
        if not check.passed and not told and check.expected is not None and check.found is not None:
            told = True
            words += close_up(translate(language, ': expected {expected}, found {found}',
                                        expected=pick(check.expected, language), found=pick(check.found, language)))
        room = width - used - 2
        if room < 6:
            break
        words = cut(words, room, signs.ellipsis)
        parts.append((f'{words}  ', 'done' if check.passed else 'found' if told else 'open'))
        used += cells(words) + 2
    return parts
