"""The longer manual pages: they say what is so, in both languages."""

from __future__ import annotations

import re

import pytest

from tutor.course.blocks import Span
from tutor.course.chinese import ENGLISH_RULES, RULES, faults
from tutor.course.words import Text
from tutor.i18n.width import cells, close_up
from tutor.session.session import Session
from tutor.session.workbench import Workbench
from tutor.shell.programs.man.page import FOLDER, ManPage, Words, load
from tutor.shell.programs.manual import PAGES
from tutor.shell.speech import KEY

NAMES = sorted(path.stem for path in FOLDER.glob('*.yaml'))


def page_of(name: str) -> ManPage:
    page = load(name)
    assert page is not None
    return page


def test_every_page_is_of_a_program_that_is_here() -> None:
    assert len(NAMES) > 10
    assert [name for name in NAMES if name not in PAGES] == []
    assert [other for name in NAMES for other in page_of(name).see if other not in PAGES] == []


@pytest.mark.parametrize('name', NAMES)
def test_examples_run_as_they_stand(name: str) -> None:
    session = Session()
    for example in page_of(name).examples:
        session.submit(example.commands)
        session.pump(100)
        assert not session.running, example.commands
        assert session.status == 0, example.commands


@pytest.mark.parametrize(('name', 'command'), [
    (name, absent.try_it) for name in NAMES for absent in page_of(name).absent if absent.try_it])
def test_what_is_said_to_be_absent_says_so_itself(name: str, command: str) -> None:
    ran = Workbench().run(command)
    assert ran.code != 0
    assert name in ran.stderr or 'error: ' in ran.stderr


@pytest.mark.parametrize('name', NAMES)
def test_texts_are_set_well_in_both_languages(name: str) -> None:
    page = page_of(name)
    texts: list[Words] = [page.about, *page.here, *page.absent, *page.examples]

    def found(text: str, rules: tuple[tuple[re.Pattern[str], Text], ...] = RULES) -> list[str]:
        spans = tuple(Span(part, code=bool(number % 2)) for number, part in
                      enumerate(close_up(' '.join(text.split())).split('`')))
        return [fault.en for fault in faults(spans, rules)]

    assert [fault for text in texts for fault in found(text.zh)] == []
    assert [fault for text in texts for fault in found(text.en, ENGLISH_RULES)] == []


@pytest.mark.parametrize(('languages', 'headings'), [
    (('en',), ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'WHAT IS HERE', 'WHAT IS NOT SIMULATED', 'EXAMPLES', 'SEE ALSO']),
    (('zh',), ['名称', '用法', '说明', '这里有什么', '这里没有模拟什么', '示例', '参见']),
])
def test_a_page_as_the_learner_sees_it(languages: tuple[str, ...], headings: list[str]) -> None:
    bench = Workbench()
    bench.shell.ctx.extras[KEY] = languages
    shown = bench.run('COLUMNS=60 man kubectl').stdout.splitlines()
    assert [line for line in shown if line and not line.startswith(' ')] == headings
    assert max(cells(line) for line in shown if line.startswith(' ' * 14)) <= 60
