"""Colours for what is shown as code: YAML through its grammar, a console's commands by their prompt."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from tutor.i18n.wrap import Line
from tutor.tui.looks import StyledLine, line, run

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

LOOKS = {
    'comment': 'comment', 'double_quote_scalar': 'string', 'single_quote_scalar': 'string', 'block_scalar': 'string',
    'string_scalar': 'text', 'integer_scalar': 'variable', 'float_scalar': 'variable', 'boolean_scalar': 'option',
    'null_scalar': 'option', 'anchor': 'option', 'alias': 'option', 'tag': 'option',
}
"""How each kind of leaf of the YAML grammar looks; a key is a keyword."""


def coloured(text: str, language: str) -> list[StyledLine]:
    """The lines of a code block."""
    if language in ('yaml', 'yml'):
        return yaml_lines(text)
    if language == 'console':
        return [_console_line(source) for source in text.split('\n')]
    return [line(run(source, 'code')) for source in text.split('\n')]


def _console_line(source: str) -> StyledLine:
    if source.startswith('$ '):
        return line(run('$ ', 'prompt'), run(source[2:], 'command'))
    return line(run(source, 'text'))


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_yaml
    from tree_sitter import Language, Parser
    return Parser(Language(tree_sitter_yaml.language()))


def yaml_lines(text: str) -> list[StyledLine]:
    """YAML, coloured. What the grammar cannot read is plain text."""
    source = text.encode()
    looks = [(node.start_byte, node.end_byte, look) for node, look in _leaves(_parser().parse(source).root_node)]
    runs = []
    at = 0
    for start, end, look in looks:
        if start >= at:
            runs += [(source[at:start].decode(), 'operator'), (source[start:end].decode(), look)]
            at = end
    runs.append((source[at:].decode(), 'operator'))
    return _cut_at_line_ends(runs)


def _cut_at_line_ends(runs: list[tuple[str, str]]) -> list[StyledLine]:
    lines: list[list] = [[]]
    for text, look in runs:
        for index, part in enumerate(text.split('\n')):
            if index:
                lines.append([])
            if part:
                lines[-1].append(run(part, look))
    return [Line(tuple(parts)) for parts in lines]


def _leaves(root: Node, key: bool = False) -> Iterator[tuple[Node, str]]:
    """The stretches that have a look, from the beginning on; no recursion, a file may be nested deeply."""
    stack: list[tuple[Node, bool]] = [(root, key)]
    while stack:
        node, key = stack.pop()
        if look := LOOKS.get(node.type):
            yield node, 'keyword' if key and look != 'comment' else look
            continue
        pair = node.type in ('block_mapping_pair', 'flow_pair')
        is_key = [node.field_name_for_child(index) == 'key' for index in range(node.child_count)] if pair else []
        for index in range(node.child_count - 1, -1, -1):
            child = node.child(index)
            if child is not None:
                stack.append((child, is_key[index] if pair else key and not pair))
