"""Checks the words of lessons: both languages level, widths, the setting of Chinese, links, exercises shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tutor.course import chinese, parity
from tutor.course.blocks import (
    Block,
    CodeBlock,
    ExerciseRef,
    Figure,
    Heading,
    ListBlock,
    Note,
    Paragraph,
    Quote,
    Spans,
    Table,
    pages,
)
from tutor.course.loader import Course
from tutor.course.markdown import MarkdownError, parse
from tutor.course.models import Exercise, Lesson
from tutor.course.problems import Problem, line_at
from tutor.course.words import LANGUAGES, Language, Text
from tutor.i18n.width import cells

WIDTH = 76
LINK = re.compile(r'https://\S+$')
LESSON_LINK = re.compile(r'lesson:(\S+)$')


def lint_lesson(lesson: Lesson, course: Course) -> Iterator[Problem]:
    """Everything wrong with the text of a lesson."""
    texts: dict[Language, tuple[Block, ...]] = {}
    for language in LANGUAGES:
        path = lesson.folder / f'{language}.md'
        try:
            texts[language] = parse(lesson.source(language))
        except MarkdownError as error:
            yield Problem(path, error.line, '', Text.same(str(error)))
            return
        yield from _text(texts[language], path, language, course)
        yield from _exercises_shown(lesson, texts[language], path)
    for _, line, words in parity.differences(texts['zh'], texts['en']):
        yield Problem(lesson.folder / 'en.md', line, '', words)
    for field, words in (('title', lesson.title), ('summary', lesson.summary)):
        yield from _words(words, lesson.folder / 'lesson.yaml', field)


def lint_exercise(exercise: Exercise) -> Iterator[Problem]:
    """Everything wrong with the words of an exercise."""
    named = [('title', exercise.title), ('task', exercise.task), ('keep', exercise.keep), ('solved', exercise.solved)]
    named += [(f'hints[{index}]', hint) for index, hint in enumerate(exercise.hints)]
    named += [(f'checks[{index}].title', check.title) for index, check in enumerate(exercise.checks)]
    for field, words in named:
        yield from _words(words, exercise.path, field, exercise.source)


def lint_glossary(course: Course) -> Iterator[Problem]:
    """Everything wrong with the words of the glossary."""
    path = course.root / 'glossary.yaml'
    numbers = {lesson.number for lesson in course.lessons}
    for index, entry in enumerate(course.glossary):
        yield from _words(entry.term, path, f'{index}.term')
        yield from _words(entry.means, path, f'{index}.means')
        if entry.lesson not in numbers:
            yield Problem(path, 0, f'{index}.lesson', Text(
                zh=f'没有第 {entry.lesson} 课', en=f'there is no lesson {entry.lesson}'))


def _words(words: Text, path: Path, field: str, source: str = '') -> Iterator[Problem]:
    """A text of a YAML file. One that is the same in both languages is a name or a command, and set as it is."""
    if words.zh == words.en:
        return
    location = tuple(int(part) if part.isdigit() else part for part in re.findall(r'\w+', field))
    line = line_at(source, location) if source else 0
    for language in LANGUAGES:
        try:
            spans = list(_running_text(parse(words.say(language))))
        except MarkdownError as error:
            yield Problem(path, line, field, Text.same(str(error)))
            continue
        for _, one in spans:
            yield from (Problem(path, line, f'{field}.{language}', fault) for fault in _faults(one, language))


def _faults(spans: Spans, language: Language) -> Iterator[Text]:
    return chinese.faults(spans, chinese.RULES if language == 'zh' else chinese.ENGLISH_RULES)


def _text(blocks: tuple[Block, ...], path: Path, language: Language, course: Course) -> Iterator[Problem]:
    for line, spans in _running_text(blocks):
        yield from (Problem(path, line, '', fault) for fault in _faults(spans, language))
        for span in spans:
            if span.link and not _reachable(span.link, course):
                yield Problem(path, line, '', Text(
                    zh=f'链接应为 https://… 或 lesson:编号：{span.link}',
                    en=f'a link is https://… or lesson:NUMBER: {span.link}'))
    yield from _widths(blocks, path)


def _reachable(link: str, course: Course) -> bool:
    if found := LESSON_LINK.match(link):
        return any(lesson.number == found[1] for lesson in course.lessons)
    return LINK.match(link) is not None


def _running_text(blocks: tuple[Block, ...]) -> Iterator[tuple[int, Spans]]:
    """All paragraphs, headings and cells, wherever they stand, with their lines."""
    for block in blocks:
        match block:
            case Heading() | Paragraph():
                yield block.line, block.spans
            case ListBlock():
                for item in block.items:
                    yield from _running_text(item)
            case Quote() | Note():
                yield from _running_text(block.blocks)
            case Table():
                for row in (block.header, *block.rows):
                    yield from ((block.line, cell) for cell in row)


def _widths(blocks: tuple[Block, ...], path: Path) -> Iterator[Problem]:
    for block in blocks:
        if isinstance(block, Figure | CodeBlock):
            lines = block.lines if isinstance(block, Figure) else block.text.split('\n')
            for index, line in enumerate(lines, 1):
                width = cells(line)
                if width > WIDTH:
                    yield Problem(path, block.line + index, '', Text(
                        zh=f'宽 {width} 格，最多 {WIDTH} 格', en=f'{width} cells wide, at most {WIDTH} fit'))


def _exercises_shown(lesson: Lesson, blocks: tuple[Block, ...], path: Path) -> Iterator[Problem]:
    shown = [block for block in blocks if isinstance(block, ExerciseRef)]
    for block in shown:
        if block.name not in lesson.exercise_names:
            yield Problem(path, block.line, '', Text(
                zh=f'没有练习 {block.name}', en=f'there is no exercise {block.name}'))
    for page in pages(blocks):
        if sum(isinstance(block, ExerciseRef) for block in page.blocks) > 1:
            yield Problem(path, page.heading.line if page.heading else 1, '', Text(
                zh='一页最多一个练习', en='a page has at most one exercise'))
    for name in lesson.exercise_names:
        if name not in {block.name for block in shown}:
            yield Problem(path, 0, '', Text(
                zh=f'课文里没有出现练习 {name}', en=f'the text does not show the exercise {name}'))
