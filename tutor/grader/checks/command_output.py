"""command_output: a command of the learner printed something, or a command of ours does now."""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import model_validator

from tutor.course.words import Text
from tutor.grader.results import NOTHING, Result
from tutor.grader.text import Pattern, TextTest
from tutor.grader.view import Ran, View


class CommandOutputCheck(TextTest):
    """Without `run`, one of the commands in the learner's transcript fits, whichever way it was typed."""

    polled: ClassVar[bool] = True
    needs_text: ClassVar[bool] = False

    command: Pattern = ''
    run: str = ''
    exit: int | None = None

    @model_validator(mode='after')
    def _asks_for_something(self) -> CommandOutputCheck:
        if not (self.command or self.contains or self.matches or (self.run and self.exit is not None)):
            raise ValueError('command, contains or matches is missing')
        return self

    async def evaluate(self, view: View) -> Result:
        if self.run:
            ran = await view.run(self.run)
            return Result(self._fits(ran), Text.same(f'`{self.run}`'), self._expected(), self._found(ran))
        typed = [ran for ran in view.transcript if re.search(self.command, ran.command)]
        subject = Text(zh='你的命令', en='your commands')
        found = self._found(typed[-1]) if typed else NOTHING
        return Result(any(self._fits(ran) for ran in typed), subject, self._expected(), found)

    def _fits(self, ran: Ran) -> bool:
        return self.exit in (None, ran.code) and self.fits(ran.stdout + ran.stderr)

    def _expected(self) -> Text:
        if self.contains:
            return Text(zh=f'输出{self.expected.zh}', en=f'output that {self.expected.en}')
        if self.matches or self.command:
            return self.title
        return Text(zh=f'退出码 {self.exit}', en=f'exit code {self.exit}')

    def _found(self, ran: Ran) -> Text:
        if not self.fits(ran.stdout + ran.stderr):
            return self.excerpt(ran.stdout + ran.stderr)
        return Text(zh=f'退出码 {ran.code}', en=f'exit code {ran.code}')
