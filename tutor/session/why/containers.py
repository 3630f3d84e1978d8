"""Failures of who names a container: none of that name, one of several not named, none that has started."""

from __future__ import annotations

import re
from functools import reduce

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import RESOURCES, Resource
from tutor.course.words import Text
from tutor.session.why.explanation import LIKELY, LOOK, Answer, Failure, Suggestion, close

TEMPLATES = (('spec',), ('spec', 'template', 'spec'), ('spec', 'jobTemplate', 'spec', 'template', 'spec'))
"""Where a Pod, a workload and a CronJob have their containers."""


def not_started(match: re.Match[str], failure: Failure) -> Answer:
    reason = match[1].rstrip(',')
    return Text(zh=f'容器还没有启动（{reason}），所以没有日志。`describe` 的末尾有事件，说明了原因。',
                en=f'The container has not started ({reason}), so it has no log. The events at the end of `describe` say why.'), [
        Suggestion(LOOK, 'kubectl get pods'), Suggestion(LOOK, 'kubectl describe pods')]


def not_in_pod(match: re.Match[str], failure: Failure) -> Answer:
    """`container X is not valid for pod Y`"""
    return _no_container(match[1], 'pod', match[2], failure)


def not_in_template(match: re.Match[str], failure: Failure) -> Answer:
    """`unable to find container named X`: `kubectl set` does not say where it looked."""
    for word, following in zip(words := failure.command.split(), [*words[1:], ''], strict=True):
        kind, slash, name = word.partition('/')
        if _resource(kind) and (slash or following):
            return _no_container(match[1], kind, name or following, failure)
    return _no_container(match[1], '', '', failure)


def which_container(match: re.Match[str], failure: Failure) -> Answer:
    first = match[2].split()[0]
    return Text(zh=f'Pod `{match[1]}` 有几个容器，要用 `-c` 说明是哪一个：{match[2]}。',
                en=f'Pod `{match[1]}` has several containers; say which one with `-c`: {match[2]}.'), [
        Suggestion(LIKELY, f'{failure.command.strip()} -c {first}')]


def _no_container(wrong: str, kind: str, name: str, failure: Failure) -> Answer:
    found = _containers(kind, name, failure)
    zh, en = f'没有叫 `{wrong}` 的容器', f'no container `{wrong}`'
    zh, en = (f'`{kind}/{name}` 里{zh}', f'`{kind}/{name}` has {en}') if name else (f'这里{zh}', f'There is {en}')
    if found:
        listed = '`, `'.join(found)
        zh, en = f'{zh}，有的是：`{listed}`', f'{en}; there is `{listed}`'
    if re.search(r'\sset\s+image\s', failure.command):
        zh, en = f'{zh}。等号左边是容器名，不是镜像名', f'{en}. Left of the equals sign stands the container, not the image'
    likely = found[0] if len(found) == 1 else close(wrong, found)
    suggestions = [Suggestion(LIKELY, failure.replaced(wrong, likely))] if likely else []
    look = [Suggestion(LOOK, f'kubectl describe {kind} {name}{failure.flag}')] if name else []
    return Text(zh=f'{zh}。', en=f'{en}.'), [*suggestions, *look]


def _resource(word: str) -> Resource | None:
    """The resource that a word means in any of its spellings; None for any other word."""
    return next((each for each in RESOURCES if word in each.names), None)


def _containers(kind: str, name: str, failure: Failure) -> list[str]:
    """The names of the containers of an object; none when there is no such object."""
    resource = _resource(kind)
    try:
        items = failure.client.items(resource, failure.namespace) if resource else []
    except StatusError:
        return []
    found: Object = next((obj for obj in items if obj['metadata']['name'] == name), {})
    specs = (reduce(lambda part, key: part.get(key) or {}, path, found) for path in TEMPLATES)
    return [container['name'] for spec in specs for container in spec.get('containers') or ()]
