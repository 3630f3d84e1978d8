"""A report of graded submissions as text, as JSON and as JUnit XML."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

from tutor.course.words import LANGUAGES, Language, Text
from tutor.grader.grading import Graded, Report
from tutor.grader.watched import State, Status

SIGNS = {State.PASSED: '✔', State.FAILED: '✖', State.WAITING: '○'}


def text(report: Report, languages: tuple[Language, ...] = LANGUAGES) -> str:
    """For people: each check with its sign, and for those not met what was expected and found."""
    lines = [_in(languages, report.exercise.title, ' ')]
    for one in report.graded:
        lines += ['', one.name, *_checks(one, languages), *_errors(one), _in(languages, _verdict(one), ' · ')]
    return '\n'.join(lines) + '\n'


def _in(languages: tuple[Language, ...], words: Text, separator: str) -> str:
    return separator.join(dict.fromkeys(words.say(language) for language in languages))


def _checks(one: Graded, languages: tuple[Language, ...]) -> Iterator[str]:
    for status in one.statuses:
        yield from status_lines(status, languages)


def status_lines(status: Status, languages: tuple[Language, ...]) -> Iterator[str]:
    """One check with its sign; if it is not met, what was expected and found."""
    yield f'  {SIGNS[status.state]} {_in(languages, status.check.title, " ")}'
    if status.state is State.FAILED and status.result:
        yield from (f'      {status.result.say(language)}' for language in languages)


def _errors(one: Graded) -> Iterator[str]:
    """What the commands that failed said, since it is often the cause."""
    if one.passed:
        return
    for ran in one.ran:
        if ran.code:
            yield f'  $ {ran.command.splitlines()[0]}'
            yield from (f'    {line}' for line in ran.stderr.splitlines()[:5])


def _verdict(one: Graded) -> Text:
    if one.unread:
        return Text(zh='没有评分', en='not graded')
    if one.passed:
        return Text(zh=f'通过：{one.commands} 条命令，最少 {one.best} 条',
                    en=f'passed: {_commands(one.commands)}, best {one.best}')
    met = sum(status.passed for status in one.statuses)
    return Text(zh=f'未通过：{len(one.statuses)} 项检查中满足 {met} 项',
                en=f'not passed: {met} of {len(one.statuses)} checks met')


def _commands(number: int) -> str:
    return '1 command' if number == 1 else f'{number} commands'


def as_json(report: Report, languages: tuple[Language, ...] = LANGUAGES) -> str:
    """For programs; every text of ours in both languages."""
    return json.dumps({
        'exercise': report.exercise.id,
        'passed': report.passed,
        'submissions': [_submission(one) for one in report.graded],
    }, ensure_ascii=False, indent=2) + '\n'


def _submission(one: Graded) -> dict[str, Any]:
    return {
        'name': one.name, 'passed': one.passed, 'commands': one.commands, 'best': one.best,
        'seconds': round(one.seconds, 3), 'checks': [_check(status) for status in one.statuses],
        'ran': [{'cmd': ran.command, 'stdout': ran.stdout, 'stderr': ran.stderr, 'rc': ran.code} for ran in one.ran],
    } | ({'unread': one.unread.model_dump()} if one.unread else {})


def _check(status: Status) -> dict[str, Any]:
    entry: dict[str, Any] = {'id': status.check.id, 'type': status.check.type, 'state': status.state.value,
                             'title': status.check.title.model_dump()}
    if status.result:
        entry['expected'] = status.result.expected.model_dump()
        entry['found'] = status.result.found.model_dump()
        entry['message'] = {language: status.result.say(language) for language in LANGUAGES}
    return entry


def junit(report: Report, languages: tuple[Language, ...] = LANGUAGES) -> str:
    """For CI systems: a suite for each submission, a case for each check."""
    root = ElementTree.Element('testsuites', name='tutor grade')
    for one in report.graded:
        failed = sum(status.state is State.FAILED for status in one.statuses)
        waiting = sum(status.state is State.WAITING for status in one.statuses)
        tests = len(one.statuses) or 1
        suite = ElementTree.SubElement(
            root, 'testsuite', name=f'{report.exercise.id}: {one.name}', tests=str(tests),
            failures=str(failed), errors=str(int(bool(one.unread))), skipped=str(waiting), time=f'{one.seconds:.3f}')
        if one.unread:
            case = ElementTree.SubElement(suite, 'testcase', name=one.name, classname=report.exercise.id)
            ElementTree.SubElement(case, 'error', message=_in(languages, one.unread, ' · '), type='unread')
        for status in one.statuses:
            _case(ElementTree.SubElement(suite, 'testcase', name=_in(languages, status.check.title, ' '),
                                         classname=f'{report.exercise.id}.{status.check.id}'), status, languages)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding='unicode')
    return _printable(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n')


def _case(case: Any, status: Status, languages: tuple[Language, ...]) -> None:
    if status.state is State.WAITING:
        ElementTree.SubElement(case, 'skipped', message=_in(languages, Text(
            zh=f'先要满足 {", ".join(status.check.needs)}', en=f'needs {", ".join(status.check.needs)} first'), ' · '))
    elif status.state is State.FAILED and status.result:
        message = ' '.join(status.result.say(language) for language in languages)
        ElementTree.SubElement(case, 'failure', message=message, type=status.check.type).text = message


def _printable(xml: str) -> str:
    """XML 1.0 has no control characters, whatever a container logged."""
    return ''.join(one for one in xml if one >= ' ' or one in '\n\t\r')


FORMATS: dict[str, Callable[[Report, tuple[Language, ...]], str]] = {'text': text, 'json': as_json, 'junit': junit}
