"""What runs in a subshell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.cluster.simulation import BrokenPipe
from tutor.shell import syntax
from tutor.shell.process import IO, SIGNALS
from tutor.shell.unwinding import Break, Exit, Failed

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


async def isolated(shell: Shell, script: syntax.Script, io: IO) -> int:
    """Run in a subshell: `exit` and errors end only it."""
    previous, shell.io = shell.io, io
    shell.budget.shells += 1
    try:
        status = await shell.script(script, io)
    except (Exit, Failed) as leaving:
        status = leaving.status
    except Break:
        status = shell.status
    except BrokenPipe:
        status = 128 + SIGNALS['PIPE']
    finally:
        shell.io = previous
        shell.budget.shells -= 1
    shell.status = status
    return await shell.run_exit_trap()
