"""What `kubectl help` and `--help` print (kubectl/pkg/util/templates)."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.kubectl.command import Found, paragraphs
from tutor.kubectl.flags import Flag

OPTIONS_TIP = 'Use "kubectl options" for a list of global command-line options (applies to all commands).\n'


def help_text(found: Found) -> str:
    """The help of a command: its description, then its usage."""
    command = found.command
    text = long_text(command.long) if command.long else (found.line.short + '.' if found.line else '')
    if command.after_long:
        text = f'{text}\n\n{command.after_long}'
    return f'{text}\n\n{usage_text(found)}'


def long_text(text: str) -> str:
    """LongDesc: lines of a paragraph run on, paragraphs after the first stand one column in."""
    if not text.startswith('\n'):
        return text
    return '\n\n '.join(_paragraph(lines) for lines in paragraphs(text))


def _paragraph(lines: list[str]) -> str:
    """Lists keep their lines, as the Markdown renderer leaves them."""
    if any(line.startswith(('* ', '- ')) for line in lines[:1]):
        return '\n '.join(f' {line.replace("- ", "*  ", 1) if line.startswith("- ") else line}' for line in lines)
    return ' '.join(lines)


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
        shown = [f'  {line.name:{width}}{line.short}' for line in group.lines if not line.hidden]
        if shown:
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
