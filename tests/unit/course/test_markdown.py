"""Lesson Markdown becomes blocks."""

import pytest

from tutor.course.blocks import (
    CodeBlock,
    ExerciseRef,
    Figure,
    Heading,
    ListBlock,
    Note,
    Paragraph,
    Quote,
    RunBlock,
    Span,
    Table,
    pages,
    plain,
)
from tutor.course.markdown import MarkdownError, parse, parse_inline


def test_inline_looks():
    assert parse_inline('一个 **Pod** 用 `kubectl` 看，见 [文档](https://kubernetes.io)。') == (
        Span('一个 '), Span('Pod', bold=True), Span(' 用 '), Span('kubectl', code=True), Span(' 看，见 '),
        Span('文档', link='https://kubernetes.io'), Span('。'))


@pytest.mark.parametrize(('source', 'words'), [
    ('中文\n中文', '中文中文'),
    ('two\nwords', 'two words'),
    ('完了。\nPod 在', '完了。Pod 在'),
    ('一个\nPod', '一个 Pod'),
    ('用 `kubectl`\n查看', '用 kubectl 查看'),
    ('一个\n**Lease** 对象', '一个 Lease 对象'),
])
def test_a_line_break_of_the_source(source, words):
    (block,) = parse(source)
    assert isinstance(block, Paragraph)
    assert plain(block.spans) == words


def test_fences():
    code, run, figure = parse('```yaml\na: 1\n```\n\n```run\n▸ kubectl get pods\n▸ cat <<EOF\nx\n\ny\nEOF\n```\n\n'
                              '```figure arch\n┌─┐\n└─┘\n```\n')
    assert code == CodeBlock('yaml', 'a: 1', 1)
    assert run == RunBlock(('kubectl get pods', 'cat <<EOF\nx\n\ny\nEOF'), False, 5)
    assert figure == Figure('arch', ('┌─┐', '└─┘'), 14)


def test_commands_that_are_meant_to_fail():
    assert parse('```run fails\n▸ kubectl get nodse\n```\n') == (RunBlock(('kubectl get nodse',), True, 1),)


def test_lists_nest():
    (block,) = parse('3. one\n4. two\n   - inner\n')
    assert isinstance(block, ListBlock)
    assert (block.ordered, block.start, len(block.items)) == (True, 3, 2)
    inner = block.items[1][1]
    assert isinstance(inner, ListBlock)
    assert not inner.ordered


def test_table():
    (block,) = parse('| a | b |\n|---|:-:|\n| 1 | `2` |\n')
    assert isinstance(block, Table)
    assert block.alignments == ('left', 'center')
    assert block.rows == (((Span('1'),), (Span('2', code=True),)),)


def test_a_note_is_a_quote_with_a_sign():
    note, quote, bare = parse('> [!TIP]\n> 按 **F1**。\n\n> 引用\n\n> [!WARNING]\n>\n> 小心。\n')
    assert isinstance(note, Note)
    assert note.kind == 'tip'
    assert note.blocks == (Paragraph((Span('按 '), Span('F1', bold=True), Span('。')), 1),)
    assert isinstance(quote, Quote)
    assert isinstance(bare, Note)
    assert bare.kind == 'warning'


def test_exercise_and_pages():
    blocks = parse('intro\n\n## One\n\n### Inside\n\n::: exercise find-it\n\n## Two\n')
    first, one, two = pages(blocks)
    assert first.title == ''
    assert one.title == 'One'
    assert [type(block) for block in one.blocks] == [Heading, ExerciseRef]
    assert one.blocks[1] == ExerciseRef('find-it', 7)
    assert two.blocks == ()


@pytest.mark.parametrize(('source', 'line'), [
    ('x\n\n---\n', 3),
    ('![x](y.png)\n', 1),
    ('```run\nkubectl get pods\n```\n', 1),
    ('```run sometimes\n▸ ls\n```\n', 1),
    ('x\n\n::: exercice one\n', 3),
])
def test_what_the_dialect_lacks(source, line):
    with pytest.raises(MarkdownError) as caught:
        parse(source)
    assert caught.value.line == line
