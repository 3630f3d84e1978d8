"""One command of docker on its way to what does it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tutor.shell.docker import DockerEngine
from tutor.shell.process import IO, Context
from tutor.shell.programs.docker.daemon import engine_of
from tutor.shell.programs.options import Options


@dataclass
class Call:
    """`name` is the command as it is known, without its group. The daemon is asked for when it is needed."""

    name: str
    options: Options
    io: IO
    ctx: Context

    @property
    def words(self) -> list[str]:
        return self.options.args

    @cached_property
    def engine(self) -> DockerEngine:
        """Raises Complaint."""
        return engine_of(self.ctx)
