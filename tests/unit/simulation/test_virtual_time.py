"""Virtual time: events in order, coroutines that wait, pipes that break, and what causes what."""

from __future__ import annotations

import pytest

from tutor.cluster.simulation import BrokenPipe, Cancelled, Pipe, Simulation, gather, wait_first


def test_events_of_one_moment_run_in_the_order_they_were_asked_for() -> None:
    simulation, seen = Simulation(), []
    simulation.call_later(1, seen.append, 'late')
    simulation.call_soon(seen.append, 'first')
    simulation.call_soon(seen.append, 'second')
    simulation.call_later(0.5, seen.append, 'early')
    simulation.advance(2)
    assert seen == ['first', 'second', 'early', 'late']
    assert simulation.now == 2


def test_a_cancelled_timer_never_runs() -> None:
    simulation, seen = Simulation(), []
    simulation.call_later(1, seen.append, 'no').cancel()
    simulation.advance(2)
    assert seen == []


def test_coroutines_sleep_side_by_side() -> None:
    simulation = Simulation()

    async def worker(seconds: float) -> float:
        await simulation.sleep(seconds)
        return simulation.now

    async def both() -> list[float]:
        return await gather(simulation.spawn(worker(3)), simulation.spawn(worker(1)))

    assert simulation.run_task(both()) == [3.0, 1.0]


def test_the_first_of_several_is_told() -> None:
    simulation = Simulation()

    async def race() -> float:
        slow, fast = simulation.spawn(simulation.sleep(5)), simulation.spawn(simulation.sleep(2))
        assert await wait_first(simulation, slow, fast) is fast
        return simulation.now

    assert simulation.run_task(race()) == 2.0


def test_cancel_reaches_a_coroutine_where_it_waits() -> None:
    simulation, seen = Simulation(), []

    async def waits() -> None:
        try:
            await simulation.sleep(100)
        except Cancelled:
            seen.append(simulation.now)
            raise

    task = simulation.spawn(waits())
    simulation.advance(1)
    task.cancel()
    simulation.advance(1)
    assert seen == [1.0]
    assert task.done


def test_a_task_that_fails_unseen_is_kept_for_the_log() -> None:
    simulation = Simulation()

    async def fails() -> None:
        raise ValueError('a bug')

    simulation.spawn(fails(), 'worker')
    simulation.run_ready()
    assert [(name, str(error)) for name, error in simulation.failures] == [('worker', 'a bug')]


def test_run_task_stops_at_its_deadline() -> None:
    simulation = Simulation()
    with pytest.raises(TimeoutError):
        simulation.run_task(simulation.sleep(10), deadline=3)
    assert simulation.now == 3


def test_a_writer_waits_for_a_slow_reader_and_breaks_when_it_leaves() -> None:
    simulation = Simulation()
    pipe = Pipe(simulation, capacity=10)
    written = []

    async def writer() -> str:
        try:
            while True:
                pipe.write('0123456789')
                written.append(simulation.now)
                await pipe.drain()
        except BrokenPipe:
            return 'broken'

    async def reader() -> bytes:
        await simulation.sleep(1)
        data = await pipe.read(15)
        await simulation.sleep(1)
        pipe.close_read()
        return data

    task = simulation.spawn(writer())
    assert simulation.run_task(reader()) == b'0123456789' + b'01234'
    simulation.run_ready()
    assert task.result() == 'broken'
    assert written[:2] == [0.0, 0.0]


def test_a_pipe_gives_lines_and_then_its_end() -> None:
    simulation = Simulation()
    pipe = Pipe(simulation)
    pipe.write('one\ntwo')
    pipe.close()

    async def read() -> list[bytes]:
        return [await pipe.readline() for _ in range(3)]

    assert simulation.run_task(read()) == [b'one\n', b'two', b'']


def test_what_an_event_brings_about_is_caused_by_what_caused_the_event() -> None:
    simulation = Simulation()
    trace = simulation.trace
    trace.cause = trace.record('kubectl', 'POST', 'deployments')
    simulation.call_later(1, lambda: trace.record('controller', 'reconcile', 'web'))
    trace.cause = None
    simulation.call_later(1, lambda: trace.record('timer', 'tick', ''))
    simulation.advance(2)
    first, caused, other = trace.hops
    assert caused.cause == first.number
    assert other.cause is None


def test_timestamps_are_those_of_the_api() -> None:
    simulation = Simulation()
    simulation.advance(61.25)
    assert simulation.timestamp() == '2026-05-04T09:01:01Z'
    assert simulation.micro_timestamp() == '2026-05-04T09:01:01.250000Z'
