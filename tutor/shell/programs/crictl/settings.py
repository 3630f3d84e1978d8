"""crictl config: the options in /etc/crictl.yaml, each on its line."""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context
from tutor.shell.programs.crictl import help as texts
from tutor.shell.programs.crictl.connection import CONFIG, Fatal, log_line
from tutor.shell.programs.crictl.tables import table
from tutor.shell.programs.options import Options

STRINGS = ('runtime-endpoint', 'image-endpoint')
DEFAULTS = {'runtime-endpoint': '', 'image-endpoint': '', 'timeout': '0', 'debug': 'false',
            'pull-image-on-create': 'false', 'disable-pull-on-run': 'false'}
TRUTHS = {**dict.fromkeys(('1', 't', 'T', 'true', 'TRUE', 'True'), 'true'),
          **dict.fromkeys(('0', 'f', 'F', 'false', 'FALSE', 'False'), 'false')}
"""What strconv.ParseBool takes."""


def run(path: str, options: Options, io: IO, ctx: Context) -> None:
    """config --get KEY | --set KEY=VALUE,… | --list | KEY VALUE. Raises Fatal, OSError."""
    path = path or CONFIG
    text = ctx.files.read_text(path) if ctx.files.exists(path) else ''
    found = re.findall(r'^([\w-]+):\s*(.*?)\s*$', text, re.M)
    known = {**DEFAULTS, **{name: value.strip('"') for name, value in found}}
    if 'get' in options:
        name = options.get('get')
        if name not in DEFAULTS:
            raise Fatal(f'no configuration option named {name}', io, ctx)
        io.stdout.write(known[name] + '\n')
    elif 'set' in options:
        for setting in options.all('set'):
            for option in setting.split(','):
                if option.count('=') != 1:
                    raise Fatal(f'incorrectly specified option: {setting}', io, ctx)
                name, _, value = option.partition('=')
                known[name] = _checked(name, value, '', io, ctx)
        ctx.files.put(path, _written(text, known))
    elif 'l' in options:
        table([('KEY', 'VALUE'), *((name, known[name]) for name in DEFAULTS)], io)
    elif not options.args:
        io.stdout.write(texts.of_command('config'))
    else:
        name, value = (*options.args, '')[:2]
        io.stderr.write(log_line('info', f'No --get, --set or --list provided, setting key "{name}" to value "{value}"',
                                 io, ctx) + '\n')
        known[name] = _checked(name, value, f'set "{name}" to "{value}": ', io, ctx)
        ctx.files.put(path, _written(text, known))


def _checked(name: str, value: str, before: str, io: IO, ctx: Context) -> str:
    """setValue."""
    if name not in DEFAULTS:
        raise Fatal(f'{before}no configuration option named {name}', io, ctx)
    if name in STRINGS:
        return value
    function = 'Atoi' if name == 'timeout' else 'ParseBool'
    right = (value if re.fullmatch(r'[+-]?\d+', value) else '') if name == 'timeout' else TRUTHS.get(value, '')
    if not right:
        raise Fatal(f"{before}parse {name} value '{value}': strconv.{function}: parsing \"{value}\": invalid syntax",
                    io, ctx)
    return right


def _written(text: str, known: dict[str, str]) -> str:
    """WriteConfig: what stands in the file stays where and as it is; what is missing comes after it."""
    for name in DEFAULTS:
        match = re.search(rf'^{name}:[ \t]*(.*?)[ \t]*$', text, re.M)
        quoted = match[1].startswith('"') if match else name in STRINGS
        line = f'{name}: ' + (f'"{known[name]}"' if quoted or not known[name] else known[name])
        text = text[:match.start()] + line + text[match.end():] if match else f'{text}{line}\n'
    return text
