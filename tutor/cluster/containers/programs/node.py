"""node: its version, `console.log` of a text; scripts are refused, clearly."""

from __future__ import annotations

import re

from tutor.cluster.containers.executables import StartFailure, execute, locate
from tutor.cluster.containers.image import PATH
from tutor.shell.process import IO, Context
from tutor.shell.vfs import normalize

LOG = re.compile(
    r"""\s*console\.log\(\s*(?:'([^'\\]*)'|"([^"\\]*)"|`([^`\\$]*)`|(-?[0-9.]+)|process\.version)\s*\)\s*;?\s*""")
MISSING = """\
node:internal/modules/cjs/loader:1404
  throw err;
  ^

Error: Cannot find module '{path}'
    at Function._resolveFilename (node:internal/modules/cjs/loader:1401:15)
    at Function._load (node:internal/modules/cjs/loader:1211:37)
    at TracingChannel.traceSync (node:diagnostics_channel:322:14)
    at wrapModuleLoad (node:internal/modules/cjs/loader:235:24)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:171:5)
    at node:internal/main/run_main_module:36:49 {{
  code: 'MODULE_NOT_FOUND',
  requireStack: []
}}

Node.js v{version}
"""


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """docker-entrypoint.sh: what is no program is meant for node."""
    words = argv[1:]
    try:
        if not words or words[0].startswith('-'):
            raise StartFailure
        locate(ctx.files, words[0], ctx.env.get('PATH', PATH), ctx.cwd)
    except StartFailure:
        words = ['node', *words]
    return await execute(words, io, ctx)


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """node."""
    words, version = argv[1:], ctx.env.get('NODE_VERSION', '24.11.0')
    if words[:1] in (['-v'], ['--version']):
        io.stdout.write(f'v{version}\n')
        return 0
    if words[:1] in (['-e'], ['--eval'], ['-p']) and len(words) > 1:
        source = f'console.log({words[1]})' if words[0] == '-p' else words[1]
    elif words:
        path = normalize(words[0], ctx.cwd)
        try:
            source = ctx.files.read_text(path)
        except OSError:
            io.stderr.write(MISSING.format(path=path, version=version))
            return 1
    else:
        source = (await io.stdin.read()).decode('utf-8', 'replace')
    return _run(source, version, io)


def _run(source: str, version: str, io: IO) -> int:
    place = 0
    source = source.strip()
    while place < len(source):
        found = LOG.match(source, place)
        if found is None:
            io.stderr.write('node: error: this JavaScript is not simulated here, only console.log of a text is\n')
            return 1
        said = next((group for group in found.groups() if group is not None), f'v{version}')
        io.stdout.write(f'{said}\n')
        place = found.end()
    return 0
