"""Time on the screen, files that come in and go out, and the way back to where a learner was."""

from __future__ import annotations

from pathlib import Path

import pytest
from screen_text import driven

from tutor.session.session import Session


async def choose(driver, words: str) -> None:
    await driver.press('f9')
    await driver.type(words)


@driven
async def test_time_stands_still_runs_faster_and_jumps(start) -> None:
    async with start('en', (120, 36)) as driver:
        await driver.open('2.6', 1)
        assert 'paused 00:00:00' in driver.rows()[0]
        await driver.press('alt+g')
        assert '×1 00:00:0' in driver.rows()[0]
        await driver.press('alt+g')
        assert '×10 00:' in driver.rows()[0]
        await driver.press('alt+s')
        assert 'paused' in driver.rows()[0]
        await driver.type('kubectl create deployment web')
        assert driver.session.ready == 0
        await driver.press('alt+j')
        assert driver.session.ready == 1
        await driver.press('alt+j')
        assert 'Nothing changes in the cluster.' in driver.text()


@driven
async def test_in_80_columns_a_clock_that_stands_is_seen(start) -> None:
    async with start('en', (80, 24)) as driver:
        await driver.open('2.6', 1)
        assert 'paused' in driver.rows()[0]


@pytest.mark.parametrize('size', [(80, 24), (120, 36)])
@driven
async def test_files_come_in_and_go_out(start, tmp_path: Path, size) -> None:
    source, target = tmp_path / 'web.yaml', tmp_path / 'out'
    source.write_text('kind: Pod\n')
    async with start('en', size, session=Session) as driver:
        await driver.open('2.6', 1)
        await choose(driver, 'import')
        assert 'Import files' in driver.text()
        driver.app.screen.editor.set(str(tmp_path / 'we'))
        await driver.press('tab', 'enter')
        assert '1 file brought in: web.yaml' in driver.text()
        await choose(driver, 'export')
        driver.app.screen.editor.set(str(target))
        await driver.press('enter')
        assert (target / 'web.yaml').read_text() == 'kind: Pod\n'
        (target / 'web.yaml').write_text('mine\n')
        await choose(driver, 'export')
        driver.app.screen.editor.set(str(target))
        await driver.press('enter')
        assert 'Overwrite?' in driver.text() and 'web.yaml' in driver.text()
        await driver.press('n')
        assert (target / 'web.yaml').read_text() == 'mine\n'
        source.write_text('kind: Service\n')
        await choose(driver, 'import')
        driver.app.screen.editor.set(str(source))
        await driver.press('enter', 'y')
        assert driver.session.bench.files.read('/home/learner/web.yaml') == b'kind: Service\n'
        await choose(driver, 'import')
        driver.app.screen.editor.set('/no/such/file')
        await driver.press('enter')
        assert 'there is no such file' in driver.one_line()


@driven
async def test_a_session_that_goes_on_says_so_and_undo_goes_back(start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('tutor.session.session.STEPS_PER_STRETCH', 2)
    before = Session()
    for command in ('kubectl create deployment web --image=nginx', 'kubectl scale deployment web --replicas=2'):
        before.submit(command)
        before.pump(20)
    async with start('en', (120, 36), session=lambda: Session(log=before.log, patient=True)) as driver:
        await driver.open('2.6', 1)
        while driver.session.resuming:
            await driver.pilot.pause(0.05)
        await driver.quiet()
        assert 'Resumed after 2 commands' in driver.text()
        assert 'learner@controlplane:~$' in driver.text()
        await driver.press('f6')
        while driver.session.resuming:
            await driver.pilot.pause(0.05)
        await driver.quiet()
        assert 'The last command is undone.' in driver.text()
        assert len([entry for entry in driver.session.log if entry.kind == 'command']) == 1
