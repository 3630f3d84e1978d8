"""request: an HTTP request from inside a pod is answered as expected."""

from __future__ import annotations

from typing import ClassVar

from tutor.course.words import Text
from tutor.grader.pods import PodTarget
from tutor.grader.results import ABSENT, EXISTS, Result
from tutor.grader.text import TextTest
from tutor.grader.view import HttpAnswer, HttpRequest, View


class RequestCheck(PodTarget, TextTest):
    """With a selector, the first running pod asks. `fails: true` wants no answer at all."""

    polled: ClassVar[bool] = True
    leaves_traces: ClassVar[bool] = True
    needs_text: ClassVar[bool] = False

    url: str
    method: str = 'GET'
    headers: dict[str, str] = {}
    body: str = ''
    status: int = 200
    fails: bool = False

    async def evaluate(self, view: View) -> Result:
        pods = self.pods(view)
        if not pods:
            return Result(False, self.subject, EXISTS, ABSENT)
        request = HttpRequest(self.url, self.method, dict(self.headers), self.body)
        answer = await view.request(self.namespace, pods[0], request)
        subject = Text(zh=f'从 {pods[0]} 请求 {self.url}', en=f'{self.method} {self.url} from {pods[0]}')
        return Result(self._fits(answer), subject, self._expected(), self._found(answer))

    def _fits(self, answer: HttpAnswer) -> bool:
        if self.fails:
            return bool(answer.failure)
        return not answer.failure and answer.status == self.status and self.fits(answer.body)

    def _expected(self) -> Text:
        if self.fails:
            return Text(zh='没有应答', en='no answer')
        if not self.contains and not self.matches:
            return Text.same(str(self.status))
        return Text(zh=f'{self.status}，{self.expected.zh}', en=f'{self.status}, {self.expected.en}')

    def _found(self, answer: HttpAnswer) -> Text:
        if answer.failure:
            return Text(zh=f'没有应答（{answer.failure}）', en=f'no answer ({answer.failure})')
        body = self.excerpt(answer.body)
        return Text(zh=f'{answer.status}，{body.zh}', en=f'{answer.status}, {body.en}')
