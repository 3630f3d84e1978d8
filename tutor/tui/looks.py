"""What a stretch of text looks like: a name that the theme knows, and what a click on it does."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tutor.i18n.wrap import Line, Run

NAMES = ('text', 'edge', 'title', 'heading', 'strong', 'dim', 'code', 'link', 'command', 'key', 'done', 'open',
         'underway',
         'failing', 'changed', 'selected', 'accent', 'note', 'warning', 'table', 'figure', 'tab', 'tab-current',
         'button',
         'prompt', 'keyword', 'string', 'option', 'variable', 'operator', 'comment', 'error', 'added', 'found')
"""All looks; each is a component class `look--<name>` in looks.tcss."""

COMPONENT_CLASSES = {f'look--{name}' for name in NAMES}


@dataclass(frozen=True, slots=True)
class Look:
    """A look by its name, bold or not, dimmed or not; `action` is run by a click."""

    name: str = 'text'
    bold: bool = False
    dim: bool = False
    action: str = ''

    def with_name(self, name: str) -> Look:
        return replace(self, name=name)


StyledRun = Run[Look]
StyledLine = Line[Look]


def run(text: str, name: str = 'text', *, bold: bool = False, dim: bool = False, action: str = '') -> StyledRun:
    """A stretch of text in a look."""
    return Run(text, Look(name, bold, dim, action))


def line(*runs: StyledRun) -> StyledLine:
    """A line of stretches."""
    return Line(runs)


def plain_line(text: str, name: str = 'text') -> StyledLine:
    return Line((run(text, name),))


EMPTY: StyledLine = Line(())
