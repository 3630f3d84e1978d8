"""log_contains: a container has logged a text."""

from __future__ import annotations

from typing import ClassVar

from tutor.apimachinery.errors import StatusError
from tutor.course.words import Text
from tutor.grader.pods import PodTarget
from tutor.grader.results import ABSENT, EXISTS, Result
from tutor.grader.text import TextTest
from tutor.grader.view import View


class LogContainsCheck(PodTarget, TextTest):
    """With a selector, one of the pods has."""

    polled: ClassVar[bool] = True

    previous: bool = False

    async def evaluate(self, view: View) -> Result:
        pods = self.pods(view)
        if not pods:
            return Result(False, self.subject, EXISTS, ABSENT)
        logs = [await self._log(view, pod) for pod in pods]
        subject = Text(zh=f'{self.subject.zh} 的日志', en=f'the log of {self.subject.en}')
        passed = any(self.fits(log) for log in logs)
        return Result(passed, subject, self.expected, self.excerpt(logs[0]))

    async def _log(self, view: View, pod: str) -> str:
        path = view.client.path('pods', self.namespace, pod, 'log')
        query = {'previous': 'true'} if self.previous else {}
        if self.container:
            query['container'] = self.container
        try:
            stream = view.client.stream(path, **query)
            return (await stream.reader.read()).decode('utf-8', 'replace')
        except StatusError as error:
            return error.message
