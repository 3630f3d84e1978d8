"""kubectl options: the flags of all commands."""

from __future__ import annotations

from tutor.kubectl.command import Command, Options
from tutor.kubectl.help import flag_lines
from tutor.kubectl.options import GLOBAL_FLAGS


class OptionsOptions(Options):
    async def run(self) -> int | None:
        self.out(f'The following options can be passed to any command:\n\n{flag_lines(GLOBAL_FLAGS)}')
        return 0


COMMAND = Command(
    usage='options',
    long="""
        Print the list of flags inherited by all commands
        """,
    examples="""
        # Print flags inherited by all commands
        kubectl options
        """,
    options=OptionsOptions,
    instead_of_help='',  # OptionsHelpTemplate
)
