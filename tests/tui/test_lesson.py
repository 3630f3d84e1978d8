"""A whole lesson, driven by keys, in both languages and at two sizes."""

from __future__ import annotations

import re

import pytest
from screen_text import Driver, driven

from tutor.i18n.width import cells

CHINESE = re.compile(r'[\u4e00-\u9fff]')
SIZES = [(80, 24), (160, 48)]


async def solve(driver: Driver) -> None:
    await driver.press('f8')
    await driver.type('kubectl create deployment web')
    driver.app.change_settings(speed=1)
    await driver.type('kubectl scale deployment web --replicas=3')
    await driver.pilot.pause(0.2)
    await driver.quiet()


@pytest.mark.parametrize('size', SIZES)
@driven
async def test_a_lesson_in_chinese(start, size) -> None:
    async with start('zh', size) as driver:
        await driver.open('2.6')
        assert '第一页只有一段话' in driver.one_line()
        assert '1/3' in driver.rows()[0]
        await driver.press('f8')
        assert '先认证、再鉴权，然后把对象写入 etcd' in driver.text().replace('\n', '')
        assert '任务' in driver.text() or size == (80, 24)
        await driver.type('kubectl create deployment web')
        assert 'deployment.apps/web created' in driver.text()
        driver.app.change_settings(speed=1)
        await driver.pilot.pause(0.2)
        assert '✔ Deployment web' in driver.text()
        assert '○ 3 个副本' in driver.text()
        await driver.type('kubectl scale deployment web --replicas=3')
        await driver.pilot.pause(0.2)
        await driver.quiet()
        assert '✔ 完成' in driver.text()
        assert '2 条命令' in driver.text()
        await driver.pilot.pause(0.7)
        await driver.press('enter')
        assert '各种段落' in driver.text()


@pytest.mark.parametrize('size', SIZES)
@driven
async def test_a_lesson_in_english_has_no_chinese_word(start, size) -> None:
    async with start('en', size) as driver:
        await driver.open('2.6')
        for _ in range(3):
            words = driver.text().replace('中/EN', '')
            assert not CHINESE.search(words), words
            await driver.press('f8')
        await driver.press('f9')
        assert not CHINESE.search(driver.text().replace('中/EN', '')), driver.text()


@driven
async def test_a_lesson_in_chinese_has_chinese_labels_only(start) -> None:
    async with start('zh', (160, 48)) as driver:
        await driver.open('2.6', 1)
        for word in ('Cluster', 'Checks', 'Hints', 'Task', 'expected', 'found', 'Undo', 'more', 'Commands'):
            assert word not in driver.text()


@driven
async def test_both_languages_stand_level(start) -> None:
    async with start('both', (160, 48)) as driver:
        await driver.open('2.6', 1)
        rows = driver.rows()
        for zh, en in (('创建对象', 'Creating an object'), ('API Server 收到', 'The API server authenticates'),
                       ('调度器为每个', 'The scheduler picks'), ('▸1 kubectl', '▸1 kubectl'), ('任务', 'Task')):
            row = next(row for row in rows if zh in row)
            assert en in row[row.index(zh) + 1:], (zh, row)
        assert '集群 Cluster' in driver.text()
        assert '检查 Checks' in driver.text()


@driven
async def test_both_languages_in_80_columns_stand_under_each_other(start) -> None:
    async with start('both', (80, 40)) as driver:
        await driver.open('2.6', 1)
        rows = driver.rows()
        above = next(index for index, row in enumerate(rows) if 'API Server 收到' in row)
        below = next(index for index, row in enumerate(rows) if 'The API server authenticates' in row)
        assert below > above


@pytest.mark.parametrize('mode', ['zh', 'en', 'both'])
@pytest.mark.parametrize('size', [(60, 16), (80, 24), (110, 30), (120, 36), (200, 60)])
@driven
async def test_no_row_is_torn_and_the_frame_closes(start, mode, size) -> None:
    async with start(mode, size) as driver:
        await driver.open('2.6', 2)
        rows = driver.rows()
        assert len(rows) == size[1]
        assert all(cells(row) <= size[0] for row in rows)
        assert rows[0].startswith('┌─') and rows[0].endswith('┐')
        assert rows[-2].startswith('└─') and rows[-2].endswith('┘')
        assert all(row[0] in '│├' and row[-1] in '│┤' and cells(row) == size[0] for row in rows[1:-2]), driver.text()


@driven
async def test_commands_of_the_text_are_typed_and_not_run(start) -> None:
    async with start('zh', (120, 36)) as driver:
        await driver.open('2.6', 1)
        await driver.press('alt+1')
        assert driver.terminal.editor.text == 'kubectl get events'
        assert driver.session.history.lines == []
        await driver.press('alt+2')
        assert driver.terminal.editor.text == "kubectl apply -f - <<'EOF'\nkind: Pod\nEOF"


@driven
async def test_a_click_on_a_command_types_it(start) -> None:
    async with start('en', (120, 36)) as driver:
        await driver.open('2.6', 1)
        rows = driver.rows()
        y = next(index for index, row in enumerate(rows) if '▸1' in row)
        await driver.pilot.click(offset=(rows[y].index('kubectl'), y))
        await driver.quiet()
        assert driver.terminal.editor.text == 'kubectl get events'
        assert driver.terminal.has_focus


@driven
async def test_an_error_can_be_explained(start) -> None:
    async with start('both', (120, 36)) as driver:
        await driver.open('2.6', 1)
        await driver.type('kubectl scale deployment wbe')
        assert '· F1 为什么？ Why?' in driver.text()
        await driver.press('f1')
        assert '有一个名字相近的：web' in driver.text()
        assert 'There is no Deployment wbe' in driver.text()
        await driver.press('alt+2')
        assert driver.terminal.editor.text == 'kubectl scale deployment web --replicas=3'
        assert driver.terminal.has_focus


@pytest.mark.parametrize(('size', 'hint'), [((120, 36), '创建对象用'), ((80, 24), '创建对象用')])
@driven
async def test_hints_come_one_by_one(start, size, hint) -> None:
    async with start('zh', size) as driver:
        await driver.open('2.6', 1)
        await driver.press('f1')
        assert hint in driver.text()
        assert '1/2' in driver.text()
        assert driver.app.progress.exercise('part/lesson/web').hints == 1


@driven
async def test_nothing_moves_when_a_check_passes(start) -> None:
    async with start('en', (120, 36)) as driver:
        await driver.open('2.6', 1)

        def places() -> list[int]:
            rows = driver.rows()
            return [next(index for index, row in enumerate(rows) if word in row)
                    for word in ('Cluster  ', 'node01', 'node02', 'Checks', 'Hints')]

        before = places()
        await driver.type('kubectl create deployment web')
        driver.app.change_settings(speed=1)
        await driver.pilot.pause(0.2)
        await driver.quiet()
        assert places() == before
        assert 'web-7d876db474-4d47l' in driver.text()


@driven
async def test_f2_turns_the_language_at_once_and_keeps_the_prompt(start) -> None:
    async with start('zh', (120, 36)) as driver:
        await driver.open('2.6', 1)
        await driver.type('kubectl get', enter=False)
        await driver.press('f2')
        assert 'Creating an object' in driver.text() and '创建对象' not in driver.text()
        await driver.press('f2')
        assert 'Creating an object' in driver.text() and '创建对象' in driver.text()
        assert driver.terminal.editor.text == 'kubectl get'


@driven
async def test_undo_and_reset_say_so(start) -> None:
    async with start('en', (120, 36)) as driver:
        await driver.open('2.6', 1)
        await driver.press('f6')
        assert 'There is nothing to undo.' in driver.text()
        await driver.type('kubectl create deployment web')
        await driver.press('f6')
        assert 'The last command is undone.' in driver.text()
        assert driver.session.replicas == 0


@driven
async def test_the_cluster_is_seen_larger_with_whole_tables_and_escape_comes_back(start) -> None:
    async with start('en', (120, 36)) as driver:
        await driver.open('2.6', 1)
        await driver.type('kubectl create deployment web')
        await driver.press('f4')
        assert driver.rows()[0].split()[1] == 'Cluster' and 'Playground' not in driver.text()
        pod = driver.session.pods()[0].name
        assert f'default     Pod    {pod}' in driver.text()
        await driver.press('escape')
        assert 'Creating an object' in driver.text()


@driven
async def test_tabs_in_80_columns(start) -> None:
    async with start('zh', (80, 24)) as driver:
        await driver.open('2.6', 1)
        await driver.press('f4')
        assert 'controlplane' in driver.text() and '创建对象' not in driver.text()
        await driver.press('f5')
        assert '应为' in driver.text()
        await driver.press('f5')
        assert '创建对象' in driver.text()


@driven
async def test_the_place_is_remembered(start) -> None:
    async with start('en', (120, 36)) as driver:
        await driver.open('2.6', 1)
        await driver.press('f10')
        assert driver.app.progress.last_place().page == 1
        await driver.press('enter')
        assert 'Creating an object' in driver.text()


@driven
async def test_the_solution_is_typed_and_not_run(start) -> None:
    async with start('en', (120, 36)) as driver:
        await driver.open('2.6', 1)
        await driver.press('f9')
        await driver.type('solution')
        assert driver.terminal.editor.text.startswith('kubectl create deployment web')
        assert driver.session.history.lines == []
        assert driver.app.progress.exercise('part/lesson/web').solution_seen


@driven
async def test_the_divider_moves(start) -> None:
    async with start('en', (80, 24)) as driver:
        await driver.open('2.6', 1)
        before = next(index for index, row in enumerate(driver.rows()) if row.startswith('├'))
        await driver.press('alt+up', 'alt+up')
        assert next(index for index, row in enumerate(driver.rows()) if row.startswith('├')) == before - 2


@driven
async def test_a_failing_session_is_said_and_survived(start, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr('tutor.tui.resilient.log_folder', lambda: tmp_path)
    async with start('en', (120, 36)) as driver:
        await driver.open('2.6', 1)
        driver.app.strict = False
        monkeypatch.setattr(driver.session, 'submit', lambda text: 1 / 0)
        await driver.type('kubectl get pods')
        assert 'Traceback' not in driver.text()
        assert 'ZeroDivisionError' in (tmp_path / 'tutor.log').read_text()
        assert any('tutor.log' in notice.message for notice in driver.app._notifications)
        monkeypatch.undo()
        await driver.type('kubectl create deployment web')
        assert 'deployment.apps/web created' in driver.text()
