"""The commands around the course say what they did, in the languages asked for."""

import json

import pytest

from tutor.course import commands
from tutor.course.progress import Progress


@pytest.fixture
def root(tmp_path):
    root = tmp_path / 'lessons'
    for path in ('part', 'part/one', 'part/one/exercises/make-it'):
        assert commands.new('en', root / path).code == 0
    return root


@pytest.fixture
def record(tmp_path):
    return tmp_path / 'progress.sqlite3'


def test_lessons(root):
    outcome = commands.lessons('both', root)
    assert outcome == commands.Outcome(0, '9  标题 Title\n  9.1  标题 Title\n         part/one/make-it\n')
    assert '标题' not in commands.lessons('en', root).out
    (part,) = json.loads(commands.lessons('en', root, as_json=True).out)
    assert part['lessons'][0]['exercises'] == ['part/one/make-it']


def test_lessons_with_one_that_is_broken(root):
    (root / 'part/one/lesson.yaml').write_text('number: 9.1\n')
    outcome = commands.lessons('zh', root)
    assert outcome.code == 1
    assert outcome.out == '9  标题\n'
    assert 'lesson.yaml:1: number: 应为字符串' in outcome.err


def test_progress(root, record):
    lines = commands.progress('en', root, record).out.splitlines()
    assert lines[1:] == ['  ○ 9.1  Title  0/1', '0 of 1 exercises done']
    with Progress(record) as kept:
        kept.solved('part/one/make-it', 3)
    assert commands.progress('zh', root, record).out.splitlines() == [
        '9  标题  1/1', '  ✔ 9.1  标题  1/1', '已完成 1/1 个练习']
    (exercise,) = json.loads(commands.progress('en', root, record, as_json=True).out)['exercises']
    assert (exercise['solved'], exercise['best']) == (True, 3)


def test_reset(root, record):
    with Progress(record) as kept:
        kept.solved('part/one/make-it', 3)
    assert commands.reset('en', '9.1', root=root, record=record).code == 1
    assert commands.reset('en', 'nothing', True, root, record).code == 2
    outcome = commands.reset('en', '9.1', True, root, record)
    assert (outcome.code, outcome.out) == (0, 'reset; 1 of the exercises had been done\n')
    with Progress(record) as kept:
        assert kept.exercises_solved() == set()


def test_new_never_overwrites(root):
    outcome = commands.new('en', root / 'part/one')
    assert outcome.code == 2
    assert 'exists already' in outcome.err
