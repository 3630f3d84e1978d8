"""Lint sees what a careful reader would."""

import pytest

from tutor.course.chinese import ENGLISH_RULES, faults
from tutor.course.lint import lint_lesson
from tutor.course.loader import load_course
from tutor.course.markdown import parse_inline
from tutor.course.template import start_lesson, start_part


@pytest.mark.parametrize('text', [
    '一个 Pod 里有 2 个容器，它们共享网络。',
    '用 `kubectl get pods` 查看；结果见下表（第 3 行）。',
    '版本是 1.36，端口是 80:30080。',
    '**声明式**：你说想要什么，Kubernetes 负责做到。',
    '它叫“控制平面”。',
])
def test_good_chinese(text):
    assert list(faults(parse_inline(text))) == []


@pytest.mark.parametrize(('text', 'words'), [
    ('这是中文,不好。', '半角标点'),
    ('中文(括号)里。', '半角括号'),
    ('一个Pod。', '空格'),
    ('用`kubectl`查看', '空格'),
    ('完成 。', '全角标点旁边'),
    ('中 文', '两个汉字之间'),
    ('请您看', '您'),
    ('加粗**没有闭合', '配对'),
])
def test_bad_chinese(text, words):
    assert any(words in fault.zh for fault in faults(parse_inline(text)))


def test_english_is_english():
    assert list(faults(parse_inline('Pods, of course.'), ENGLISH_RULES)) == []
    assert list(faults(parse_inline('Pods， 好'), ENGLISH_RULES))


@pytest.fixture
def lesson(tmp_path):
    start_part(tmp_path / 'part')
    start_lesson(tmp_path / 'part' / 'one')

    def write(zh, en):
        (tmp_path / 'part/one/zh.md').write_text(zh, encoding='utf-8')
        (tmp_path / 'part/one/en.md').write_text(en, encoding='utf-8')
        course = load_course(tmp_path)
        return [problem.say('en').rpartition(str(tmp_path))[2] for problem in lint_lesson(course.lessons[0], course)]

    return write


def test_what_new_writes_is_clean(tmp_path):
    start_part(tmp_path / 'part')
    start_lesson(tmp_path / 'part' / 'one')
    course = load_course(tmp_path)
    assert list(lint_lesson(course.lessons[0], course)) == []


@pytest.mark.parametrize(('zh', 'en', 'words'), [
    ('段落\n', '## Heading\n', 'the Chinese has a paragraph, the English a heading'),
    ('一\n\n二\n', 'one\n', 'the Chinese goes on from line 3'),
    ('```run\n▸ ls\n```\n', '```run\n▸ pwd\n```\n', 'the commands differ'),
    ('```yaml\na: 1\n```\n', '```yaml\na: 2\n```\n', 'the code blocks differ'),
    ('- 一\n', '- one\n- two\n', 'the lists differ'),
    ('```figure\n│甲│\n```\n', '```figure\n│a│\n```\n', 'en.md:2: the lines of the figures'),
    ('见 [这里](http://x)。\n', 'See [this](http://x).\n', 'lesson:NUMBER'),
    ('见 [这里](lesson:7.7)。\n', 'See [this](lesson:7.7).\n', 'lesson:NUMBER'),
    ('::: exercise none\n', '::: exercise none\n', 'there is no exercise none'),
    ('```text\n' + '中' * 39 + '\n```\n', '```text\n' + '中' * 39 + '\n```\n', 'zh.md:2: 78 cells wide'),
])
def test_what_is_wrong_is_said(lesson, zh, en, words):
    assert any(words in problem for problem in lesson(zh, en)), lesson(zh, en)


def test_figures_of_the_same_shape(lesson):
    assert lesson('```figure\n┌────┐\n│节点│\n└────┘\n```\n', '```figure\n┌────┐\n│node│\n└────┘\n```\n') == []
