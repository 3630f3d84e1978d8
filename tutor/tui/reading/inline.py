"""Short texts of ours with inline markup (hints, tasks, explanations) as lines."""

from __future__ import annotations

from tutor.course.markdown import parse_inline
from tutor.i18n.wrap import Run, wrap
from tutor.tui.looks import Look, StyledLine


def inline_lines(text: str, width: int, name: str = 'text', dim: bool = False) -> list[StyledLine]:
    """A paragraph with `code` and **bold**, broken into lines."""
    runs = [Run(span.text, Look('code' if span.code else 'strong' if span.bold else name, dim=dim))
            for span in parse_inline(text)]
    return list(wrap(runs, width))
