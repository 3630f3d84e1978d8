"""Checks that look into a pod: which one."""

from __future__ import annotations

from pydantic import model_validator

from tutor.course.words import Text
from tutor.grader.objects import Check, Object, Selector, placed
from tutor.grader.view import View


class PodTarget(Check):
    """One pod by its name, or those a selector finds."""

    pod: str = ''
    selector: Selector = ''
    namespace: str = 'default'
    container: str = ''

    @model_validator(mode='after')
    def _names_a_pod(self) -> PodTarget:
        if bool(self.pod) == bool(self.selector):
            raise ValueError('either pod or selector')
        return self

    @property
    def subject(self) -> Text:
        return placed(f'Pod {self.pod or f"({self.selector})"}', self.namespace)

    def pods(self, view: View) -> list[str]:
        """The names of the pods that are there, running ones first."""
        if self.pod:
            found = view.client.find('pods', self.pod, self.namespace)
            return [self.pod] if found else []
        pods = view.client.items('pods', self.namespace, labels=self.selector)
        return [pod['metadata']['name'] for pod in sorted(pods, key=_rank)]


def _rank(pod: Object) -> int:
    running = pod.get('status', {}).get('phase') == 'Running' and 'deletionTimestamp' not in pod['metadata']
    return 0 if running else 1
