"""Submissions are run and reported; exercises are proved; the commands say what they did."""

import json
from xml.etree import ElementTree

import pytest

from tutor.course.loader import load_course
from tutor.course.template import start_exercise, start_lesson, start_part
from tutor.grader.commands import grade_command, lint_command
from tutor.grader.proof import prove

EXERCISE = """\
title: {zh: 标题, en: Title}
task: {zh: 任务。, en: Task.}
checks:
  - {id: one, type: object, title: {zh: 一, en: One}, kind: ConfigMap, name: one}
  - {id: two, type: object, title: {zh: 二, en: Two}, kind: ConfigMap, name: two}
  - {id: more, type: object, needs: [two], title: {zh: 三, en: More}, kind: ConfigMap, name: more}
hints: [make one]
keep: make NAME
solved: {zh: 好。, en: Good.}
timeout: 30
"""


@pytest.fixture
def root(tmp_path):
    start_part(tmp_path / 'part')
    start_lesson(tmp_path / 'part' / 'one')
    folder = tmp_path / 'part' / 'one' / 'exercises' / 'make-them'
    start_exercise(folder)
    for language in ('zh', 'en'):
        with (tmp_path / 'part/one' / f'{language}.md').open('a', encoding='utf-8') as file:
            file.write('\n::: exercise make-them\n')
        path = tmp_path / 'part/one' / f'{language}.md'
        path.write_text(path.read_text(encoding='utf-8').replace('kubectl get nodes', 'make node'), encoding='utf-8')
    (folder / 'exercise.yaml').write_text(EXERCISE, encoding='utf-8')
    (folder / 'solution.sh').write_text('make one two\n\nmake more\n')
    (folder / 'wrong/namespace.sh').unlink()
    (folder / 'wrong/one.sh').write_text('make two more\n')
    (folder / 'wrong/two-2.sh').write_text('make one\n')
    return tmp_path


@pytest.fixture
def exercise(root):
    return load_course(root).exercise('part/one/make-them')


def edit(root, name, text):
    (root / 'part/one/exercises/make-them' / name).write_text(text)


def grade(root, bench, *texts, format='text', mode='en'):
    paths = []
    for number, text in enumerate(texts):
        paths.append(root / f'answer{number}.sh')
        paths[-1].write_text(text)
    return grade_command(mode, 'part/one/make-them', [str(path) for path in paths], bench, format, root)


def test_a_good_exercise_proves(exercise, bench):
    assert prove(exercise, bench) == []
    assert all(sitting.closed for sitting in bench.sittings)


@pytest.mark.parametrize(('name', 'text', 'words'), [
    ('solution.sh', 'make one\n', 'the solution does not pass this check. ConfigMap two: expected it to exist'),
    ('solution.sh', 'make one two more\n\nmkae x\n', 'ends with exit code 127: mkae x'),
    ('wrong/one.sh', 'make one two more\n', 'only one should fail; what fails is: nothing'),
    ('wrong/one.sh', 'make two\n', 'only one should fail; what fails is: one, more'),
])
def test_what_does_not_hold(root, bench, name, text, words):
    edit(root, name, text)
    problems = prove(load_course(root).exercise('part/one/make-them'), bench)
    assert any(words in problem.say('en') for problem in problems), problems


def test_a_check_that_waits_does_not_fail(exercise, bench):
    (wrong,) = [one for one in exercise.wrong if one.check == 'two']
    assert wrong.name == 'two-2'
    assert prove(exercise, bench) == []


def test_an_exercise_that_is_solved_at_the_start(root, bench):
    edit(root, 'exercise.yaml', EXERCISE.replace('type: object', 'type: absent'))
    problems = prove(load_course(root).exercise('part/one/make-them'), bench)
    assert any('before anything is done' in problem.say('en') for problem in problems)


def test_a_check_type_that_is_not_there(root, bench):
    edit(root, 'exercise.yaml', EXERCISE.replace('type: object, title: {zh: 二', 'type: objekt, title: {zh: 二'))
    (problem,) = prove(load_course(root).exercise('part/one/make-them'), bench)
    assert (problem.line, problem.field) == (5, 'checks[1].type')


def test_grade_as_text(root, bench):
    outcome = grade(root, bench, 'make one two\n\nmake more\n\nmake more\n', 'make one\n\nnonsense\n')
    assert outcome.code == 1
    assert 'passed: 3 commands, best 2' in outcome.out
    assert '✖ Two\n      ConfigMap two: expected it to exist, found nothing.' in outcome.out
    assert '○ More' in outcome.out
    assert '$ nonsense\n    bash: nonsense: command not found' in outcome.out
    assert 'not passed: 1 of 3 checks met' in outcome.out


def test_grade_in_both_languages(root, bench):
    outcome = grade(root, bench, 'make one two more\n', mode='both')
    assert outcome.code == 0
    assert outcome.out.startswith('标题 Title\n')
    assert '通过：1 条命令，最少 2 条 · passed: 1 command, best 2' in outcome.out


def test_grade_as_json(root, bench):
    outcome = grade(root, bench, 'make one\n', format='json')
    report = json.loads(outcome.out)
    assert report['passed'] is False
    first, second, third = report['submissions'][0]['checks']
    assert (first['state'], second['state'], third['state']) == ('passed', 'failed', 'waiting')
    assert second['message']['zh'] == 'ConfigMap two：应为存在，现在不存在。'
    assert report['submissions'][0]['seconds'] == 30


def test_grade_as_junit(root, bench):
    outcome = grade(root, bench, 'make one\n', format='junit')
    (suite,) = ElementTree.fromstring(outcome.out.encode())
    assert (suite.get('tests'), suite.get('failures'), suite.get('skipped')) == ('3', '1', '1')
    assert suite[1].find('failure').get('type') == 'object'


@pytest.mark.parametrize(('exercise', 'path', 'format', 'words'), [
    ('part/one/none', 'a.sh', 'text', 'no exercise part/one/none'),
    ('make-them', 'a.sh', 'xml', 'there is no format xml'),
])
def test_bad_input(root, bench, exercise, path, format, words):
    (root / 'answers').mkdir()
    (root / 'answers/a.sh').write_text('make one\n')
    outcome = grade_command('en', exercise, [str(root / 'answers' / path)], bench, format, root)
    assert outcome.code == 2
    assert words in outcome.err
    assert outcome.out == ''


@pytest.mark.parametrize('format', ['text', 'json', 'junit'])
def test_what_cannot_be_read_does_not_keep_the_others_from_being_graded(root, bench, format):
    for folder in ('empty', 'two'):
        (root / 'answers' / folder).mkdir(parents=True)
    for name in ('two/a.sh', 'two/b.sh', 'good.sh'):
        (root / 'answers' / name).write_text('make one two more\n')
    (root / 'answers/bin.sh').write_bytes(b'\xff\xfe\x00')
    names = ('none.sh', 'empty', 'two', 'bin.sh', 'good.sh')
    outcome = grade_command('en', 'make-them', [str(root / 'answers' / name) for name in names], bench, format, root)
    assert outcome.code == 2
    for line, words in zip(outcome.err.splitlines(), (
            'there is no such file', 'no manifests (.yaml, .yml, .json) and no script', 'several scripts', 'not UTF-8'),
            strict=True):
        assert words in line
    if format == 'text':
        assert outcome.out.count('not graded') == 4 and 'passed: 1 command' in outcome.out
    elif format == 'json':
        *unread, good = json.loads(outcome.out)['submissions']
        assert good['passed'] and all(one['unread']['zh'] and not one['passed'] for one in unread)
    else:
        suites = ElementTree.fromstring(outcome.out.encode())
        assert [suite.get('errors') for suite in suites] == ['1', '1', '1', '1', '0']
        assert suites[0][0].find('error') is not None


def test_a_folder_with_a_script_is_run_where_its_manifests_are(root, bench):
    (root / 'answers/more').mkdir(parents=True)
    (root / 'answers/run.sh').write_text('make one\n\nmake two more\n')
    (root / 'answers/more/a.yaml').write_text('kind: Pod\n')
    outcome = grade_command('en', 'make-them', [str(root / 'answers')], bench, 'text', root)
    assert outcome.code == 0
    (sitting,) = bench.sittings
    assert sitting.view.files == {'more/a.yaml': 'kind: Pod\n'}
    assert [ran.command for ran in sitting.view.transcript] == ['make one', 'make two more']


def test_manifests_are_applied(root, bench):
    (root / 'answers').mkdir()
    (root / 'answers/a.yaml').write_text('kind: Pod\n')
    grade_command('en', 'make-them', [str(root / 'answers'), str(root / 'answers/a.yaml')], bench, 'text', root)
    folder, file = bench.sittings
    assert folder.view.files == {'submission/a.yaml': 'kind: Pod\n'}
    assert folder.view.transcript[0].command == 'kubectl apply -R -f submission'
    assert file.view.transcript[0].command == 'kubectl apply -f a.yaml'


def test_lint(root, bench):
    assert lint_command('en', root, bench).code == 0
    assert lint_command('en', root, bench).out == '1 lesson, 1 exercise, 0 problems\n'
    edit(root, 'wrong/one.sh', 'make one two more\n')
    outcome = lint_command('zh', root / 'part/one/exercises/make-them', bench)
    assert outcome.code == 1
    assert 'one.sh: one: 只应有 one 不通过，实际不通过的是：没有' in outcome.err
    assert lint_command('en', root / 'nowhere').code == 2


def test_the_commands_of_a_lesson(root, bench):
    for language in ('zh', 'en'):
        with (root / 'part/one' / f'{language}.md').open('a', encoding='utf-8') as file:
            file.write('\n```run fails\n▸ mkae x\n▸ make y\n▸ kubectl get pods -w\n```\n\n```run\n▸ mkae z\n```\n')
    outcome = lint_command('en', root, bench)
    assert [line.partition(': ')[2] for line in outcome.err.splitlines()] == [
        'ends with exit code 0: make y []',
        "ends with exit code 127: mkae z ['bash: mkae: command not found']"]
