"""coproc: a command beside the shell, which holds the other ends of its input and output."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.cluster.simulation import Pipe
from tutor.shell import printing, syntax
from tutor.shell.isolation import isolated
from tutor.shell.jobs import new_job
from tutor.shell.process import IO, Context

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

FIRST, SECOND = 63, 60
"""The descriptors that bash gives: free ones, counted down."""


def start(shell: Shell, node: syntax.Coproc, io: IO) -> int:
    """Start it as a job; NAME[0] reads what it writes, NAME[1] writes what it reads, NAME_PID is its number."""
    simulation = shell.ctx.simulation
    source, output = Pipe(simulation), Pipe(simulation)
    inner = shell.subshell()

    async def main(_argv: list[str], own: IO, ctx: Context) -> int:
        inner.ctx = replace(ctx, cwd=inner.ctx.cwd, env=inner.ctx.env)
        try:
            return await isolated(inner, syntax.Script([(node.body, False)]), own)
        finally:
            output.close()
            source.close_read()
            shell.variables.unset(node.name)
            shell.variables.unset(f'{node.name}_PID')

    process = shell.ctx.host.start(main, [shell.name], IO(source, output, io.stderr), inner.ctx)
    job = new_job(shell, process, printing.command(node))
    reads = next(number for number in range(FIRST, 9, -1) if number not in shell.descriptors)
    shell.descriptors[reads] = output
    writes = next(number for number in range(SECOND, 9, -1) if number not in shell.descriptors)
    shell.descriptors[writes] = source
    shell.variables.set(node.name, {0: str(reads), 1: str(writes)})
    shell.variables.set(f'{node.name}_PID', str(process.pid))
    shell.background_pid = process.pid
    if shell.interactive:
        io.stderr.write(f'[{job.number}] {process.pid}\n')
    return 0
