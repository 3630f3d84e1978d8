"""A script as the blocks a person would type: separated by blank lines, each with its comments left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.shell.parser import parse_status

HEREDOC = re.compile(r"""(?<!<)<<(-?)\s*(?:'([^']+)'|"([^"]+)"|\\?([\w.-]+))""")


def blocks(script: str) -> list[str]:
    """The blocks in order. A blank line inside a heredoc does not end one; comments before a block are left out."""
    return [block for lines in _groups(script) if (block := _without_comments(lines))]


def _groups(script: str) -> Iterator[list[str]]:
    group: list[str] = []
    waiting: list[tuple[str, bool]] = []
    for line in script.replace('\r\n', '\n').split('\n'):
        if waiting and (line.strip() or parse_status('\n'.join(group)) == 'incomplete'):
            group.append(line)
            word, dash = waiting[0]
            if (line.lstrip('\t') if dash else line) == word:
                waiting.pop(0)
        elif line.strip():
            group.append(line)
            if not line.lstrip().startswith('#'):
                waiting = [(one or two or bare, dash == '-') for dash, one, two, bare in HEREDOC.findall(line)]
        else:
            yield group
            group, waiting = [], []
    yield group


def _without_comments(lines: list[str]) -> str:
    while lines and lines[0].lstrip().startswith('#'):
        lines = lines[1:]
    return '\n'.join(lines)
