"""file: a file of the shell is there, and says what it should."""

from __future__ import annotations

from typing import Any, ClassVar

from tutor.course.words import Text
from tutor.grader.matching import mismatch
from tutor.grader.results import ABSENT, EXISTS, NOTHING, Result, extend, show
from tutor.grader.text import TextTest
from tutor.grader.view import View


class FileCheck(TextTest):
    """`yaml` is compared as an object check compares; any document of the file may match."""

    polled: ClassVar[bool] = True
    needs_text: ClassVar[bool] = False

    path: str
    equals: str | None = None
    yaml: dict[str, Any] | None = None
    absent: bool = False

    async def evaluate(self, view: View) -> Result:
        subject = Text(zh=f'文件 {self.path}', en=f'the file {self.path}')
        text = view.file(self.path)
        if self.absent or text is None:
            passed = self.absent and text is None
            return Result(passed, subject, ABSENT if self.absent else EXISTS, ABSENT if text is None else EXISTS)
        if not self.fits(text):
            return Result(False, subject, self.expected, self.excerpt(text))
        if self.equals is not None and text.strip() != self.equals.strip():
            return Result(False, subject, show(self.equals.strip()), self.excerpt(text))
        return self._yaml(subject, text) if self.yaml else Result(True, subject, EXISTS, EXISTS)

    def _yaml(self, subject: Text, text: str) -> Result:
        from tutor.apimachinery.decode import DecodeError, parse_yaml, split_yaml
        try:
            documents = [one for one in map(parse_yaml, split_yaml(text)) if one is not None]
        except DecodeError as error:
            return Result(False, subject, Text(zh='正确的 YAML', en='valid YAML'), Text.same(str(error)))
        differences = [mismatch(self.yaml, one) for one in documents]
        if None in differences:
            return Result(True, subject, EXISTS, EXISTS)
        if not differences or differences[0] is None:
            return Result(False, subject, show(self.yaml), NOTHING)
        return Result(False, extend(subject, differences[0].path), differences[0].expected, differences[0].found)
