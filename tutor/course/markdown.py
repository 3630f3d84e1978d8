"""From a lesson's Markdown to blocks. markdown-it-py parses; here its tokens become our model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Literal, cast

from tutor.course.blocks import (
    Block,
    CodeBlock,
    ExerciseRef,
    Figure,
    Heading,
    ListBlock,
    Note,
    Paragraph,
    Quote,
    RunBlock,
    Span,
    Spans,
    Table,
    plain,
)

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

RUN_SIGN = '▸'
EXERCISE = re.compile(r':::\s*exercise\s+(\S+)$')
NOTE = re.compile(r'\[!(NOTE|TIP|WARNING)\]\s*$')
Alignment = Literal['left', 'center', 'right']
NoteKind = Literal['note', 'tip', 'warning']


class MarkdownError(ValueError):
    """Something the dialect of the lessons does not have."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    return MarkdownIt('commonmark', {'html': False}).enable('table').disable(['html_block', 'html_inline', 'code'])


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a text, each with its line (from 1). Raises MarkdownError for what the dialect lacks."""
    return tuple(_blocks(_Tokens(_parser().parse(text))))


def parse_inline(text: str) -> Spans:
    """The spans of one paragraph, such as a task or a hint."""
    blocks = parse(text)
    first = blocks[0] if len(blocks) == 1 else None
    return first.spans if isinstance(first, Paragraph) else (Span(text),)


class _Tokens:
    """The flat list of tokens, read once from front to back."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def next(self) -> Token | None:
        if self._at == len(self._tokens):
            return None
        self._at += 1
        return self._tokens[self._at - 1]

    def until(self, closing: str) -> _Tokens:
        """The tokens inside the element that was just opened, up to its closing one at the same level."""
        level = self._tokens[self._at - 1].level
        start = self._at
        while not (self._tokens[self._at].type == closing and self._tokens[self._at].level == level):
            self._at += 1
        self._at += 1
        return _Tokens(self._tokens[start:self._at - 1])

    def cut_note_sign(self) -> NoteKind | None:
        """Take the sign of a note from the paragraph that comes next, if it has one."""
        if len(self._tokens) < 3 or self._tokens[1].type != 'inline':
            return None
        inline = self._tokens[1]
        found = NOTE.match(inline.content.partition('\n')[0])
        if not found:
            return None
        breaks = [index for index, child in enumerate(inline.children or []) if child.type == 'softbreak']
        inline.children = (inline.children or [])[breaks[0] + 1:] if breaks else []
        if not inline.children:
            del self._tokens[:3]
        return cast(NoteKind, found[1].lower())

    def __iter__(self) -> Iterator[Token]:
        while (token := self.next()) is not None:
            yield token


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 0


def _blocks(tokens: _Tokens) -> Iterator[Block]:
    for token in tokens:
        match token.type:
            case 'heading_open':
                yield Heading(int(token.tag[1]), _inside(tokens, 'heading_close'), _line(token))
            case 'paragraph_open':
                yield _paragraph(_inside(tokens, 'paragraph_close'), _line(token))
            case 'fence':
                yield _fence(token)
            case 'bullet_list_open' | 'ordered_list_open':
                yield _list(token, tokens.until(token.type.replace('open', 'close')))
            case 'blockquote_open':
                yield _quote(tokens.until('blockquote_close'), _line(token))
            case 'table_open':
                yield _table(token, tokens.until('table_close'))
            case other:
                raise MarkdownError(_line(token), f'{other.removesuffix("_open")} is not part of the lesson dialect')


def _inside(tokens: _Tokens, closing: str) -> Spans:
    inline = tokens.until(closing).next()
    return _spans(inline) if inline else ()


def _paragraph(spans: Spans, line: int) -> Block:
    words = plain(spans).strip()
    if found := EXERCISE.match(words):
        return ExerciseRef(found[1], line)
    if words.startswith(':::'):
        raise MarkdownError(line, f'after ::: comes "exercise NAME", not {words!r}')
    return Paragraph(spans, line)


def _fence(token: Token) -> Block:
    language, _, rest = token.info.strip().partition(' ')
    text = token.content.rstrip('\n')
    if language == 'figure':
        return Figure(rest.strip(), tuple(text.split('\n')), _line(token))
    if language == 'run':
        return _run(rest.strip(), text, _line(token))
    return CodeBlock(language, text, _line(token))


def _run(word: str, text: str, line: int) -> RunBlock:
    if word not in ('', 'fails'):
        raise MarkdownError(line, f'after run comes "fails" or nothing, not {word!r}')
    return RunBlock(tuple(_commands(text, line)), word == 'fails', line)


def _commands(text: str, line: int) -> Iterator[str]:
    if not text.startswith(RUN_SIGN):
        raise MarkdownError(line, f'a run block begins with "{RUN_SIGN} command"')
    for command in re.split(rf'^{RUN_SIGN} ?', text, flags=re.MULTILINE)[1:]:
        yield command.strip('\n')


def _list(token: Token, tokens: _Tokens) -> ListBlock:
    items = tuple(tuple(_blocks(tokens.until('list_item_close'))) for _ in tokens)
    return ListBlock(token.type == 'ordered_list_open', int(token.attrGet('start') or 1), items, _line(token))


def _quote(tokens: _Tokens, line: int) -> Block:
    """A quote, or a note: a quote whose first line is [!NOTE], [!TIP] or [!WARNING]."""
    kind = tokens.cut_note_sign()
    blocks = tuple(_blocks(tokens))
    return Note(kind, blocks, line) if kind else Quote(blocks, line)


def _table(token: Token, tokens: _Tokens) -> Table:
    rows: list[tuple[Spans, ...]] = []
    alignments: list[Alignment] = []
    for part in tokens:
        if part.type != 'tr_open':
            continue
        cells = list(tokens.until('tr_close'))
        rows.append(tuple(_spans(cell) for cell in cells if cell.type == 'inline'))
        alignments.extend(_alignment(cell) for cell in cells if cell.type == 'th_open')
    return Table(rows[0], tuple(rows[1:]), tuple(alignments), _line(token))


def _alignment(cell: Token) -> Alignment:
    return cast(Alignment, str(cell.attrGet('style') or 'left').rpartition(':')[2])


# -- inline ------------------------------------------------------------------------------------------------------


def _spans(inline: Token) -> Spans:
    """The runs of one inline token. A line break of the source is a space, except between Chinese characters."""
    spans: list[Span] = []
    look = Span('')
    for child in inline.children or []:
        match child.type:
            case 'text':
                spans.append(replace(look, text=child.content))
            case 'code_inline':
                spans.append(replace(look, text=child.content, code=True))
            case 'softbreak' | 'hardbreak':
                spans.append(replace(look, text='\n'))
            case 'strong_open' | 'strong_close':
                look = replace(look, bold=child.nesting == 1)
            case 'em_open' | 'em_close':
                look = replace(look, italic=child.nesting == 1)
            case 'link_open' | 'link_close':
                look = replace(look, link=str(child.attrGet('href') or ''))
            case other:
                raise MarkdownError(_line(inline), f'{other} is not part of the lesson dialect')
    return tuple(_merged(_joined([span for span in spans if span.text])))


def _merged(spans: Iterator[Span]) -> Iterator[Span]:
    """Neighbours of the same look as one."""
    last: Span | None = None
    for span in spans:
        if last and replace(last, text='') == replace(span, text=''):
            last = replace(last, text=last.text + span.text)
            continue
        if last:
            yield last
        last = span
    if last:
        yield last


def _joined(spans: list[Span]) -> Iterator[Span]:
    for index, span in enumerate(spans):
        if span.text == '\n':
            before = spans[index - 1].text[-1:] if index else ''
            after = spans[index + 1].text[:1] if index + 1 < len(spans) else ''
            span = replace(span, text=_break(before, after))
        if span.text:
            yield span


def _break(before: str, after: str) -> str:
    """What a line break of the source becomes: nothing beside Chinese punctuation or between two characters."""
    if not before or not after:
        return ''
    both_wide = _wide(before) and _wide(after)
    return '' if both_wide or is_chinese_punctuation(before) or is_chinese_punctuation(after) else ' '


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in 'WF'


def is_chinese_punctuation(character: str) -> bool:
    return character in '，。、；：？！（）《》〈〉「」『』【】“”‘’…—·'
