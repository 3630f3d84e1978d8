"""What `kubectl help` and `--help` print (kubectl/pkg/util/templates)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from textwrap import dedent

from tutor.kubectl.command import Found
from tutor.shell.pflag import Flag

CODE = 4 * ' '
_ITEM = re.compile(r' {0,3}([*-]|\d+\.) +(.*)').match
_PICTURE = re.compile(r'!\[(.*)\]\((.*)\)').match
OPTIONS_TIP = 'Use "kubectl options" for a list of global command-line options (applies to all commands).\n'


def help_text(found: Found) -> str:
    """The help of a command: its description, then its usage."""
    command = found.command
    text = long_text(command.long) if command.long else (found.line.short + '.' if found.line else '')
    if command.after_long:
        text = f'{text}\n\n{command.after_long}'
    return f'{text}\n\n{usage_text(found)}'


def long_text(text: str) -> str:
    """LongDesc: Markdown as ASCIIRenderer writes it. The lines of a paragraph run on, one column in; what stands four
    columns in is code, which keeps its lines, eight columns in, and ends with an empty one; lists have a line for each
    item."""
    if not text.startswith('\n'):
        return text
    rendered = ''
    for block in _blocks(dedent(text).strip('\n')):
        if block[0].startswith(CODE):
            rendered += '\n\n' + ''.join(f'{8 * " "}{line[len(CODE):]}\n' for line in block) + 8 * ' '
        else:
            rendered += '\n' if rendered.endswith(CODE) else '\n\n'
            rendered += _prose(block)
    return rendered.strip()


def _blocks(text: str) -> list[list[str]]:
    """Paragraphs, lists and code, as lists of their lines; code goes on after an empty line."""
    blocks: list[list[str]] = []
    for lines in (block.split('\n') for block in re.split(r'\n\s*\n', text)):
        if blocks and lines[0].startswith(CODE) and blocks[-1][0].startswith(CODE):
            blocks[-1] += ['', *lines]
        else:
            blocks.append(lines)
    return blocks


def _prose(lines: list[str]) -> str:
    if _ITEM(lines[0]):
        return _list(lines)
    if picture := _PICTURE(lines[0]):
        return f'{picture[2]} {picture[1]}{picture[2]}'
    return f' {" ".join(line.strip() for line in lines)}'


def _list(lines: list[str]) -> str:
    items: list[str] = []
    for line in lines:
        item = _ITEM(line)
        if item is None:
            items[-1] += f' {line.strip()}'
        else:
            items.append(f'  {item[1].replace("-", "*")}  {item[2]}')
    return '\n'.join(items)


def usage_text(found: Found) -> str:
    sections = [_aliases(found), _examples(found), _subcommands(found), _options(found), _usage(found)]
    text = ''.join(f'{section}\n\n' for section in sections if section)
    if found.command.groups:
        text += f'Use "{found.path} <command> --help" for more information about a given command.\n'
    return text + OPTIONS_TIP


def _aliases(found: Found) -> str:
    if found.line is None or not found.line.aliases:
        return ''
    return f'Aliases:\n{", ".join((found.line.name, *found.line.aliases))}'


def _examples(found: Found) -> str:
    text = found.command.examples.strip()
    if not text:
        return ''
    lines = [f'  {line.strip()}' for line in text.split('\n')]
    return 'Examples:\n' + '\n'.join(lines)


def _subcommands(found: Found) -> str:
    lines = [line for line in found.command.lines if not line.hidden]
    width = max([11, *(len(line.name) for line in lines)]) + 3
    blocks = []
    for group in found.command.groups:
        ordered = sorted(group.lines, key=lambda line: line.name) if group.by_name else group.lines
        shown = [f'  {line.name:{width}}{line.short}' for line in ordered if not line.hidden]
        if shown or not group.lines:
            blocks.append('\n'.join([group.title, *shown]))
    return '\n\n'.join(blocks)


def _options(found: Found) -> str:
    text = flag_lines(found.command.flags)
    return f'Options:\n{text.rstrip()}' if text else ''


def _usage(found: Found) -> str:
    usage = found.command.usage
    return f'Usage:\n  kubectl {usage}' + ('' if '[options]' in usage else ' [options]')


def flag_lines(flags: Iterable[Flag]) -> str:
    """One block per flag, in alphabetical order."""
    return ''.join(_flag(flag) for flag in sorted(flags, key=lambda flag: flag.name) if not flag.hidden)


def _flag(flag: Flag) -> str:
    short = f'    -{flag.short}, ' if flag.short else '    '
    deprecated = f' (DEPRECATED: {flag.deprecated})' if flag.deprecated else ''
    return f'{short}--{flag.name}={flag.shown_default()}:\n\t{flag.help}{deprecated}\n\n'
