"""Home, first start, palette, flow, playground, too small, plain mode."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_session import FakeSession
from screen_text import driven

from tutor.course.loader import load_course
from tutor.course.progress import Progress
from tutor.tui.plain import PlainCourse

WIDE = (120, 36)


@driven
async def test_home_shows_the_map_and_what_a_lesson_is_about(start) -> None:
    async with start('both', (100, 30)) as driver:
        text = driver.text()
        assert 'Kubernetes 教程 Course' in driver.rows()[0] and '0/1' in driver.rows()[0]
        assert '2 架构 Architecture' in text and '2.6 调用流程 Call flow' in text
        assert '约 15 分钟 · 1 个练习，已完成 0 个' in text
        assert 'about 15 minutes · 1 exercise, 0 done' in text
        await driver.press('enter')
        assert driver.app.screen.lesson.number == '2.6'


@pytest.mark.parametrize('query', ['dylc', 'call flow', '调用'])
@driven
async def test_search_finds_lessons(start, query) -> None:
    async with start('zh', WIDE) as driver:
        await driver.press('slash')
        for character in query:
            await driver.pilot.press('space' if character == ' ' else character)
        await driver.quiet()
        assert '2.6 调用流程' in driver.text() and '另一课' not in driver.text()
        await driver.press('escape')
        assert '另一课' in driver.text()


@pytest.mark.parametrize(('query', 'mode', 'means'), [
    ('deployment', 'zh', '让若干个相同的 Pod 一直运行的对象。'),
    ('deploy', 'en', 'An object that keeps a number of equal Pods running.'),
])
@driven
async def test_search_finds_words_by_their_names_and_by_what_kubectl_calls_them(start, query, mode, means) -> None:
    async with start(mode, WIDE) as driver:
        await driver.press('slash', *query)
        assert '术语' in driver.text() if mode == 'zh' else 'Term' in driver.text()
        assert means in driver.one_line()
        await driver.press('enter')
        assert driver.app.screen.lesson.number == '2.6'


@driven
async def test_a_word_that_no_lesson_explains_is_not_offered(start) -> None:
    async with start('en', WIDE) as driver:
        await driver.press('slash', *'taint')
        assert 'Nothing found.' in driver.text()


@driven
async def test_search_for_nothing_says_so(start) -> None:
    async with start('en', WIDE) as driver:
        await driver.press('slash', 'x', 'q', 'z')
        assert 'Nothing found.' in driver.text()
        await driver.press('enter', 'backspace')


@driven
async def test_parts_fold(start) -> None:
    async with start('en', WIDE) as driver:
        assert driver.text().count('2.6') == 2
        await driver.press('left')
        assert driver.text().count('2.6') == 1
        await driver.press('right')
        assert driver.text().count('2.6') == 2


@driven
async def test_the_first_start_asks_the_language_and_opens_the_first_lesson(start) -> None:
    async with start('en', WIDE, welcomed=False) as driver:
        assert 'Nothing here touches your machine' in driver.one_line()
        await driver.press('left')
        assert '不会碰到你的电脑' in driver.one_line() and 'Nothing here' not in driver.text()
        await driver.press('enter')
        assert driver.app.screen.lesson.number == '2.6'
        assert driver.app.progress.setting('screen')['language'] == 'zh'
        assert driver.app.progress.setting('screen')['welcomed']


@driven
async def test_too_small_says_the_sizes_in_both_languages(start) -> None:
    async with start('en', (50, 12)) as driver:
        assert 'The terminal is 50 × 12; at least 60 × 16 is needed.' in driver.one_line()
        assert '至少需要 60 × 16' in driver.one_line()
        await driver.pilot.resize_terminal(80, 24)
        await driver.quiet()
        assert 'Course' in driver.rows()[0]


@driven
async def test_the_palette_narrows_and_does(start) -> None:
    async with start('both', WIDE) as driver:
        await driver.open('2.6', 1)
        await driver.press('f9')
        assert 'Alt+U' in driver.text()
        await driver.type('qszt', enter=False)
        assert '浅色主题' in driver.text() and 'Alt+U' not in driver.text()
        await driver.press('enter')
        assert driver.app.theme == 'light'
        assert driver.terminal.has_focus


@driven
async def test_the_flow_of_a_command(start) -> None:
    async with start('both', WIDE) as driver:
        await driver.open('2.6', 1)
        await driver.press('f3')
        assert 'Type a command first' in driver.text()
        await driver.press('escape')
        await driver.type('kubectl create deployment web')
        await driver.press('f3')
        assert 'kubectl create deployment web' in driver.rows()[0] and '1/5' in driver.rows()[0]
        await driver.press('down', 'down', 'down')
        assert '4/5' in driver.rows()[0] and 'ReplicaSet/web-7d876db474' in driver.text()
        assert '+   replicas: 1' in driver.text()
        await driver.press('escape')
        assert driver.terminal.has_focus


@pytest.mark.parametrize('size', [(80, 24), (160, 48)])
@driven
async def test_the_playground(start, size) -> None:
    async with start('en', size) as driver:
        await driver.press('p')
        await driver.type('kubectl create deployment web')
        assert 'deployment.apps/web created' in driver.text()
        await driver.press('alt+2')
        assert 'NAMESPACE' in driver.text()
        await driver.press('f10')
        assert 'Architecture' in driver.text()


@driven
async def test_ascii_signs_need_no_other_character(start) -> None:
    async with start('en', WIDE, glyphs='ascii') as driver:
        await driver.open('2.6', 1)
        await driver.type('kubectl create deployment web')
        text = driver.text().replace('中/EN', '')
        assert text.isascii(), [character for character in text if not character.isascii()]


@driven
async def test_without_colours_everything_is_there(start, monkeypatch) -> None:
    monkeypatch.setenv('NO_COLOR', '1')
    async with start('en', WIDE) as driver:
        await driver.open('2.6', 1)
        assert 'Creating an object' in driver.text()


def plain(tmp_path: Path, mode: str, *typed: str) -> str:
    written: list[str] = []
    with Progress(tmp_path / 'progress.sqlite3') as progress:
        course = PlainCourse(load_course(Path(__file__).parent / 'course'), progress, lambda *_: FakeSession(), mode,  # type: ignore[arg-type]
                             lambda text, ending='\n': written.append(text + ending), lambda session: session.pump(1.0))
        course.run(typed)
    return ''.join(written)


def test_plain_mode_is_the_same_lesson(tmp_path: Path) -> None:
    text = plain(tmp_path, 'en', ':help', ':next', 'kubectl create deployment web', ':check', 'kubectl scale wbe',
                 ':why', ':hint', ':solution', ':undo', ':nonsense', 'kubectl create deployment web --replicas=3',
                 ':next', ':quit')
    assert 'Creating an object' in text and 'Task  Create the Deployment' in text
    assert 'deployment.apps/web created' in text
    assert '[ ] 3 replicas' in text
    assert 'There is no Deployment `wbe`' in text and 'Objects are created with' in text
    assert 'There is no such command' in text
    assert 'Solved: 2 commands, best 1' in text
    assert 'All sorts of blocks' in text
    assert '\x1b' not in text
    with Progress(tmp_path / 'progress.sqlite3') as progress:
        record = progress.exercise('part/lesson/web')
    assert (record.solved, record.hints, record.solution_seen) == (True, 1, True)


def test_plain_mode_in_chinese_and_where_it_was_left(tmp_path: Path) -> None:
    assert '创建对象' in plain(tmp_path, 'zh', ':next')
    assert '创建对象' in plain(tmp_path, 'zh', ':quit')
    assert '2.7 另一课' in plain(tmp_path, 'zh', ':lessons', ':open 2.7')
