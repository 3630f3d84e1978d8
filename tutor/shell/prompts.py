"""PS1 and its relatives: the backslashes that bash decodes in a prompt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.shell.history import UBUNTU
from tutor.shell.special import VERSION
from tutor.shell.unwinding import Exit

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

PLAIN = {'n': '\n', 'r': '\r', 'a': '\a', 'e': '\x1b', '\\': '\\', '[': '', ']': '', 's': 'bash'}
TIMES = {'t': '%H:%M:%S', 'T': '%I:%M:%S', 'A': '%H:%M', '@': '%I:%M %p', 'd': '%a %b %d'}


def decoded(text: str, shell: Shell) -> str:
    r"""A prompt with \u, \h, \w and the like filled in (bash's decode_prompt_string); `$` stays to be expanded."""
    found, place = [], 0
    while place < len(text):
        char, letter = text[place], text[place + 1:place + 2]
        if char != '\\' or not letter:
            found.append(char)
            place += 1
            continue
        if text[place + 1:place + 4].isdigit():
            found.append(chr(int(text[place + 1:place + 4], 8) & 0xff))
            place += 4
            continue
        found.append(_letter(letter, shell))
        place += 2
    return ''.join(found)


PROMPTS = {
    **dict.fromkeys(('almalinux', 'arch', 'fedora', 'rocky'), r'[\u@\h \W]\$ '), 'alpine': r'bash-\v\$ ',
    'amzn': r'bash-5.2\$ ', 'ol7': r'bash-4.2\$ ', 'ol': r'bash-5.1\$ ', 'opensuse-leap': r'\h:\w \$ '}
"""PS1 of root's bash in containers of these distributions; some have no file that sets another than bash's own."""
_identity = re.compile(r'^(ID|VERSION_ID)="?([^"\n]*)"?$', re.MULTILINE)


def unfurnished(shell: Shell) -> str:
    """The prompt of a distribution that has not Debian's, '' for those that do."""
    try:
        found = dict(_identity.findall(shell.ctx.files.read_text('/etc/os-release')))
    except OSError:
        return ''
    name = found.get('ID', '')
    return PROMPTS.get(f'{name}{found.get("VERSION_ID", "").partition(".")[0]}', PROMPTS.get(name, ''))


async def before_prompt(shell: Shell) -> None:
    """PROMPT_COMMAND: what runs before each prompt of bash; the status of what was typed stays."""
    commands = shell.variables.items('PROMPT_COMMAND') if shell.interactive and shell.dialect.name == 'bash' else {}
    if not commands:
        return
    status, line = shell.status, shell.line
    shell.sourcing += 1
    try:
        for command in commands.values():
            await shell.run_block(command)
    except Exit:
        pass
    finally:
        shell.sourcing -= 1
        shell.status, shell.line = status, line


def history_rules(shell: Shell) -> tuple[str, str]:
    """HISTCONTROL and HISTIGNORE."""
    control = shell.variables.get('HISTCONTROL')
    return UBUNTU if control is None else control, shell.variables.get('HISTIGNORE') or ''


def _letter(letter: str, shell: Shell) -> str:
    if letter in PLAIN:
        return PLAIN[letter]
    if letter in TIMES:
        return shell.ctx.simulation.wall().strftime(TIMES[letter])
    match letter:
        case 'u':
            return shell.ctx.user
        case 'h':
            return shell.ctx.host.hostname.partition('.')[0]
        case 'H':
            return shell.ctx.host.hostname
        case 'w':
            return shortened(shell)
        case 'W':
            return shortened(shell) if shell.ctx.cwd in ('/', shell.home) else shell.ctx.cwd.rpartition('/')[2]
        case '$':
            return '#' if shell.ctx.uid == 0 else '$'
        case 'j':
            return str(len(shell.jobs))
        case 'v' | 'V':
            return VERSION[:3] if letter == 'v' else VERSION[:6]
    return '\\' + letter


def shortened(shell: Shell) -> str:
    """The folder, with ~ for the home folder."""
    place, home = shell.ctx.cwd, shell.home
    return '~' + place[len(home):] if home != '/' and (place == home or place.startswith(home + '/')) else place
