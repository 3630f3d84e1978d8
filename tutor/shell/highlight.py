"""The colours of a line as it is typed: tree-sitter says what is what, the shell says which commands there are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

MAX_LENGTH = 20_000
ASTRAL = re.compile('[\U00010000-\U0010ffff]')
"""Emoji and the like: after a `{` they crash the grammar's C code (tree-sitter-bash issue 337)."""
KEYWORDS = {'if', 'then', 'elif', 'else', 'fi', 'for', 'while', 'until', 'do', 'done', 'case', 'esac', 'in', 'function',
            'select', 'time', '[[', ']]', '{', '}', '!', '[', ']'}
OPERATORS = {'|', '||', '&&', ';', ';;', '&', '|&', '(', ')', '((', '))', ';&', ';;&', '$(', '`', '=~', '==', '=', '+='}
REDIRECTS = {'<', '>', '>>', '<<', '<<-', '<<<', '>&', '<&', '&>', '&>>', '>|', '<(', '>(', 'heredoc_start',
             'heredoc_end',
             'file_descriptor'}
DECLARING = {'export', 'declare', 'local', 'readonly', 'typeset', 'unset', 'unsetenv'}


@dataclass(frozen=True, slots=True)
class Span:
    """Characters from `start` to `end` are of a kind: command, unknown, builtin, keyword, function, option, string,
    variable, number, operator, redirect, comment."""

    start: int
    end: int
    kind: str


def highlight(text: str, shell: Shell | None = None) -> list[Span]:
    """The spans of a text, in order, without overlaps; what is plain has none."""
    if not text.strip() or len(text) > MAX_LENGTH:
        return []
    text = ASTRAL.sub('字', text)
    data = text.encode('utf-8', 'replace')
    spans: list[Span] = []
    offsets = _Offsets(text, len(data))
    for start, end, kind in _leaves(_parser().parse(data).root_node, data, shell):
        first, last = offsets.character(start), offsets.character(end)
        if spans and spans[-1].kind == kind and spans[-1].end == first and kind == 'string':
            spans[-1] = Span(spans[-1].start, last, kind)
        elif last > first:
            spans.append(Span(first, last, kind))
    return spans


@lru_cache(maxsize=1)
def _parser() -> Any:
    import tree_sitter_bash
    from tree_sitter import Language, Parser
    return Parser(Language(tree_sitter_bash.language()))


class _Offsets:
    """Character positions for tree-sitter's byte positions."""

    def __init__(self, text: str, size: int) -> None:
        self._table: list[int] | None = None
        if size != len(text):
            self._table = []
            for place, char in enumerate(text):
                self._table += [place] * len(char.encode('utf-8', 'replace'))
            self._table.append(len(text))

    def character(self, byte: int) -> int:
        return byte if self._table is None else self._table[byte]


def _leaves(root: Any, data: bytes, shell: Shell | None) -> list[tuple[int, int, str]]:
    """The leaves of the tree that have a kind. Walks with a stack: nesting may be deep."""
    found: list[tuple[int, int, str]] = []
    stack: list[tuple[Any, str]] = [(root, '')]
    while stack:
        node, within = stack.pop()
        if isinstance(node, tuple):
            found.append((*node, within))
            continue
        kind = _kind(node, within, data, shell)
        if node.child_count and not (kind and node.type == 'command_name'):
            inner = kind or within
            previous = node.start_byte
            pieces: list[tuple[Any, str]] = []
            for child in node.children:
                if inner == 'string' and child.start_byte > previous:
                    pieces.append(((previous, child.start_byte), 'string'))
                previous = child.end_byte
                pieces.append((child, inner))
            if inner == 'string' and previous < node.end_byte:
                pieces.append(((previous, node.end_byte), 'string'))
            stack += reversed(pieces)
        elif kind:
            found.append((node.start_byte, node.end_byte, kind))
    return found


def _kind(node: Any, within: str, data: bytes, shell: Shell | None) -> str:
    """What a node is; '' for what is plain."""
    name = node.type
    if name == 'comment':
        return 'comment'
    if name == 'command_name':
        return _command(data[node.start_byte:node.end_byte].decode('utf-8', 'replace'),
                        shell) if not _expands(node) else ''
    if name in ('string', 'raw_string', 'ansi_c_string', 'heredoc_body', 'string_content', 'translated_string'):
        return 'string'
    if name in ('simple_expansion', 'expansion', 'variable_name', 'special_variable_name'):
        return 'variable'
    if name in ('command_substitution', 'process_substitution'):
        return ''
    if within in ('variable', 'string') and name not in OPERATORS:
        return within
    if name in REDIRECTS:
        return 'redirect'
    if name in KEYWORDS:
        return 'keyword'
    if name in OPERATORS:
        return 'operator'
    if name in DECLARING:
        return 'builtin'
    if name == 'number':
        return 'number'
    if name == 'word':
        if node.parent is not None and node.parent.type == 'function_definition':
            return 'function'
        if data[node.start_byte:node.start_byte + 1] == b'-':
            return 'option'
    return ''


def _expands(node: Any) -> bool:
    """Whether a command's name is not known before it is expanded."""
    return any(child.type != 'word' for child in node.children)


def _command(name: str, shell: Shell | None) -> str:
    if shell is None:
        return 'command'
    from tutor.shell.builtins.catalog import BUILTINS
    if name in shell.functions:
        return 'function'
    if name in BUILTINS:
        return 'builtin'
    if name in shell.aliases:
        return 'command'
    if '/' in name:
        from tutor.shell.vfs import normalize
        return 'command' if shell.ctx.files.exists(normalize(name, shell.ctx.cwd)) else 'unknown'
    return 'command' if shell.which(name) is not None else 'unknown'
