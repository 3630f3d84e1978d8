"""Pipelines, subshells and substitutions: what runs beside the shell."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor.cluster.simulation import Cancelled, Pipe, Reader, Task
from tutor.shell import printing, syntax
from tutor.shell.budget import MAX_TEXT
from tutor.shell.holding import holding
from tutor.shell.isolation import isolated
from tutor.shell.jobs import grouped
from tutor.shell.process import IO, Context
from tutor.shell.streams import Capture

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

POSIX_TIMES = 'real %2R\nuser %2U\nsys %2S'
"""What `time -p` says."""


async def pipeline(shell: Shell, node: syntax.Pipeline, io: IO) -> int:
    if node.timed and shell.dialect.name != 'bash':
        node = _with_program(node)
    started = shell.ctx.simulation.now
    shell.conditional += node.negated
    try:
        if len(node.commands) == 1:
            status = await shell.run(node.commands[0], io)
        else:
            status = await grouped(shell, lambda ctx: _pipe(shell, node, io, ctx), printing.command(node)) \
                if shell.interactive else await _pipe(shell, node, io, shell.ctx)
    finally:
        shell.conditional -= node.negated
    if node.timed:
        form = POSIX_TIMES if node.posix_times else shell.variables.get('TIMEFORMAT')
        io.stderr.write(_times(form, shell.ctx.simulation.now - started))
    return int(not status) if node.negated else status


def _with_program(node: syntax.Pipeline) -> syntax.Pipeline:
    """`time` is a program for dash and ash, and belongs to the first command alone."""
    first = node.commands[0]
    if not isinstance(first, syntax.Simple):
        return node
    words = ['time', '-p'] if node.posix_times else ['time']
    timed = replace(first, words=[*(syntax.Word((syntax.Text(word),), word) for word in words), *first.words])
    return replace(node, commands=[timed, *node.commands[1:]], timed=False)


def _times(template: str | None, spent: float) -> str:
    """What `time` says, as TIMEFORMAT wants it."""
    if template is None:
        template = '\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS'

    def shown(match: re.Match[str]) -> str:
        if match[3] in '%P':
            return '%' if match[3] == '%' else '0.00'
        seconds, digits = spent if match[3] == 'R' else 0.0, min(int(match[1] or 3), 3)
        return f'{int(seconds // 60)}m{seconds % 60:.{digits}f}s' if match[2] else f'{seconds:.{digits}f}'

    return re.sub(r'%(\d?)(l?)([RUSP%])', shown, template) + '\n' if template else ''


async def _pipe(shell: Shell, node: syntax.Pipeline, io: IO, ctx: Context) -> int:
    simulation = shell.ctx.simulation
    tasks: list[Task[int]] = []
    source: Reader = io.stdin
    for place, command in enumerate(node.commands):
        last = place == len(node.commands) - 1
        pipe = None if last else Pipe(simulation)
        stage = IO(source, io.stdout if pipe is None else pipe,
                   pipe if pipe is not None and node.with_stderr[place] else io.stderr)
        ends = (source if place else None, pipe)
        inner = shell.subshell()
        inner.ctx.gate = ctx.gate
        tasks.append(simulation.spawn(_stage(inner, command, stage, *ends), 'pipeline'))
        source = pipe  # type: ignore[assignment]
    statuses = await holding(shell, _all(tasks))
    shell.pipe_statuses = statuses
    if shell.options.get('pipefail'):
        return next((status for status in reversed(statuses) if status), 0)
    return statuses[-1]


async def _all(tasks: list[Task[int]]) -> list[int]:
    try:
        return [await task for task in tasks]
    except Cancelled:
        for task in tasks:
            task.cancel()
        raise


async def _stage(shell: Shell, command: syntax.Node, io: IO, reads: Any, writes: Any) -> int:
    """Run one stage of a pipeline in a subshell; its ends of the pipes are closed after it."""
    try:
        return await isolated(shell, syntax.Script([(command, False)]), io)
    finally:
        if writes is not None:
            writes.close()
        if reads is not None and hasattr(reads, 'close_read'):
            reads.close_read()


async def capture(shell: Shell, script: syntax.Script) -> str:
    """What a script writes: $(…). NUL bytes are dropped, as bash drops them."""
    return (await written(shell, script)).replace(b'\0', b'').decode('utf-8', 'surrogateescape')


async def written(shell: Shell, script: syntax.Script) -> bytes:
    """The bytes that a script writes; of `<file` alone, the file's."""
    script = _reading(script)
    output = Capture(MAX_TEXT)
    inner = shell.subshell()
    inner.nesting += 1
    if not shell.options.get('inherit_errexit'):
        inner.options['errexit'] = False
    work = isolated(inner, script, IO(shell.io.stdin, output, shell.io.stderr))
    shell.status = await holding(shell, work)
    return output.data()


def _reading(script: syntax.Script) -> syntax.Script:
    """$(<file) stands for $(cat <file)."""
    match script.statements:
        case [(syntax.Simple(words=[], assignments=[], redirects=[syntax.Redirect(operator='<')]) as alone, _)]:
            cat = syntax.Word((syntax.Text('cat'),), 'cat')
            return syntax.Script([(syntax.Simple([], [cat], alone.redirects, alone.line), False)])
    return script
