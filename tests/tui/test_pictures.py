"""Pictures of the screens as text. `pytest --snapshot-update` draws them anew; look at them before they land."""

from __future__ import annotations

import pytest
from screen_text import driven
from syrupy.assertion import SnapshotAssertion

SIZES = [(80, 24), (120, 36)]
MODES = ['zh', 'en', 'both']
EVERYWHERE = pytest.mark.parametrize(
    ('mode', 'size'), [(mode, size) for size in SIZES for mode in MODES],
    ids=lambda value: value if isinstance(value, str) else f'{value[0]}x{value[1]}')


@EVERYWHERE
@driven
async def test_lesson(start, snapshot: SnapshotAssertion, mode, size) -> None:
    async with start(mode, size) as driver:
        await driver.open('2.6', 1)
        await driver.type('kubectl create deployment web')
        await driver.type('kubectl scale deployment wbe --replicas=3')
        assert driver.text() == snapshot


@EVERYWHERE
@driven
async def test_all_blocks(start, snapshot: SnapshotAssertion, mode, size) -> None:
    async with start(mode, (size[0], 60)) as driver:
        await driver.open('2.6', 2)
        assert driver.text() == snapshot


@EVERYWHERE
@driven
async def test_home(start, snapshot: SnapshotAssertion, mode, size) -> None:
    async with start(mode, size) as driver:
        assert driver.text() == snapshot


@EVERYWHERE
@driven
async def test_why(start, snapshot: SnapshotAssertion, mode, size) -> None:
    async with start(mode, size) as driver:
        await driver.open('2.6', 1)
        await driver.type('kubectl scale deployment wbe')
        await driver.press('f1')
        assert driver.text() == snapshot


@pytest.mark.parametrize('mode', MODES)
@driven
async def test_first_start(start, snapshot: SnapshotAssertion, mode) -> None:
    async with start(mode, (80, 24), welcomed=False) as driver:
        assert driver.text() == snapshot


@pytest.mark.parametrize('mode', MODES)
@driven
async def test_palette(start, snapshot: SnapshotAssertion, mode) -> None:
    async with start(mode, (80, 24)) as driver:
        await driver.open('2.6', 1)
        await driver.press('f9')
        assert driver.text() == snapshot


@driven
async def test_solved(start, snapshot: SnapshotAssertion) -> None:
    async with start('both', (80, 24)) as driver:
        await driver.open('2.6', 1)
        driver.session.ready = 3
        await driver.type('kubectl create deployment web --replicas=3')
        assert driver.text() == snapshot


@driven
async def test_flow(start, snapshot: SnapshotAssertion) -> None:
    async with start('both', (100, 24)) as driver:
        await driver.open('2.6', 1)
        await driver.type('kubectl create deployment web')
        await driver.press('f3', 'down', 'down', 'down')
        assert driver.text() == snapshot


@driven
async def test_ascii(start, snapshot: SnapshotAssertion) -> None:
    async with start('en', (80, 24), glyphs='ascii') as driver:
        await driver.open('2.6', 1)
        assert driver.text() == snapshot
