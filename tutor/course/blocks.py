"""The text of a lesson as blocks: what a screen lays out, free of any Markdown syntax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters with one look."""

    text: str
    bold: bool = False
    code: bool = False
    italic: bool = False
    link: str = ''


Spans = tuple[Span, ...]


def plain(spans: Spans) -> str:
    """The characters of spans, without their looks."""
    return ''.join(span.text for span in spans)


@dataclass(frozen=True, slots=True)
class Heading:
    """`##` (level 2) begins a page, `###` (level 3) stands inside one."""

    level: int
    spans: Spans
    line: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    spans: Spans
    line: int = 0


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Something to read: a manifest, an output. Never run."""

    language: str
    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class RunBlock:
    """Commands to try, each typed into the prompt by one key. `fails`: they are meant to end with an error."""

    commands: tuple[str, ...]
    fails: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of box characters; its lines are printed as they stand."""

    name: str
    lines: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[Spans, ...]
    rows: tuple[tuple[Spans, ...], ...]
    alignments: tuple[Literal['left', 'center', 'right'], ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class ListBlock:
    ordered: bool
    start: int
    items: tuple[tuple[Block, ...], ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    blocks: tuple[Block, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """Set apart from the text: `note` (also worth knowing), `tip` (a handy way), `warning` (a trap)."""

    kind: Literal['note', 'tip', 'warning']
    blocks: tuple[Block, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class ExerciseRef:
    """Here stands the exercise of this name."""

    name: str
    line: int = 0


Block = Heading | Paragraph | CodeBlock | RunBlock | Figure | Table | ListBlock | Quote | Note | ExerciseRef


@dataclass(frozen=True, slots=True)
class Page:
    """What stands under one `##`; the page before the first heading has none."""

    heading: Heading | None
    blocks: tuple[Block, ...]

    @property
    def title(self) -> str:
        return plain(self.heading.spans) if self.heading else ''


def pages(blocks: tuple[Block, ...]) -> tuple[Page, ...]:
    """Cut a text into pages at its `##` headings."""
    found: list[tuple[Heading | None, list[Block]]] = [(None, [])]
    for block in blocks:
        if isinstance(block, Heading) and block.level <= 2:
            found.append((block, []))
        else:
            found[-1][1].append(block)
    return tuple(Page(heading, tuple(body)) for heading, body in found if heading or body)
