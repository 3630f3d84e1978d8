"""The course is read from its folder; what is broken is named and stops nothing else."""

import pytest

from tutor.course.loader import load_course
from tutor.course.problems import CourseError
from tutor.course.template import start_exercise, start_lesson, start_part


@pytest.fixture
def root(tmp_path):
    start_part(tmp_path / 'part')
    start_lesson(tmp_path / 'part' / 'one')
    start_lesson(tmp_path / 'part' / 'two')
    start_exercise(tmp_path / 'part' / 'one' / 'exercises' / 'make-it')
    return tmp_path


def edit(path, old, new):
    text = path.read_text(encoding='utf-8')
    assert old in text
    path.write_text(text.replace(old, new), encoding='utf-8')


def test_what_new_writes_loads(root):
    course = load_course(root)
    assert course.problems == []
    assert [lesson.id for lesson in course.lessons] == ['part/one', 'part/two']
    exercise = course.exercise('part/one/make-it')
    assert exercise.checks[0].options == {'kind': 'Namespace', 'name': 'demo'}
    assert exercise.keep.zh == exercise.keep.en == 'kubectl create namespace NAME'
    assert [wrong.check for wrong in exercise.wrong] == ['namespace']
    assert exercise.lesson_id == 'part/one'


def test_numbers_order_the_lessons(root):
    edit(root / 'part/one/lesson.yaml', "'9.1'", "'9.10'")
    edit(root / 'part/two/lesson.yaml', "'9.1'", "'9.2'")
    assert [lesson.number for lesson in load_course(root).lessons] == ['9.2', '9.10']


@pytest.mark.parametrize(('old', 'new', 'line', 'field', 'words'), [
    ('minutes: 10', 'minutes: many', 5 + 1, 'minutes', 'valid integer'),
    ('minutes: 10', 'minuets: 10', 6, 'minuets', 'no such field'),
    ('  zh: 一句话说明学完这一课会做什么。\n', '', 3, 'summary.zh', 'missing'),
    ('minutes: 10', 'minutes: [10', 7, '', 'not valid YAML'),
    ('minutes: 10', 'minutes: 10\ncluster: none.yaml', 7, 'cluster', 'no cluster file'),
])
def test_a_broken_lesson_names_file_line_and_field(root, old, new, line, field, words):
    path = root / 'part/two/lesson.yaml'
    edit(path, old, new)
    course = load_course(root)
    assert [lesson.id for lesson in course.lessons] == ['part/one']
    problem = next(one for one in course.problems if one.field == field)
    assert (problem.file, problem.line) == (path, line)
    assert words in problem.message.en


def test_a_broken_exercise_names_the_field(root):
    edit(root / 'part/one/exercises/make-it/exercise.yaml', '    type: object\n', '')
    course = load_course(root)
    with pytest.raises(CourseError) as caught:
        course.exercise('part/one/make-it')
    (problem,) = caught.value.problems
    assert (problem.line, problem.field) == (6, 'checks[0].type')
    assert problem.say('en').endswith('exercise.yaml:6: checks[0].type: this field is missing')
    assert '缺少这个字段' in problem.say('zh')


def test_a_wrong_answer_for_no_check(root):
    (root / 'part/one/exercises/make-it/wrong/other.sh').write_text('true\n')
    with pytest.raises(CourseError, match='no check called other'):
        load_course(root).exercise('part/one/make-it')


def test_what_is_not_there(root):
    with pytest.raises(KeyError):
        load_course(root).exercise('part/one/nothing')
    assert load_course(root / 'nowhere').parts == ()


def test_a_cluster_of_the_lesson_is_the_exercises(root):
    edit(root / 'part/one/lesson.yaml', 'minutes: 10', 'minutes: 10\ncluster: {addons: []}')
    assert load_course(root).exercise('part/one/make-it').cluster == {'addons': []}
