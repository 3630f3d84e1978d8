"""`tutor serve`: a cluster that the learner's own tools work on, until Ctrl-C."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.course.words import Text
from tutor.grader.view import CannotStart
from tutor.i18n.voice import Voice
from tutor.server.kubeconfig import NotOurs
from tutor.server.service import Service, Settings, new_cluster, new_workbench

if TYPE_CHECKING:
    from tutor.server.grading import Grading


class CannotServe(Exception):
    """What was asked for cannot be served; `message` says why."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


def serve(settings: Settings, voice: Voice, exercise: str = '') -> list[tuple[str, Exception]]:
    """Serve until interrupted; what went wrong inside, for the log file. Raises CannotServe."""
    try:
        if exercise:
            grading = _graded(exercise, voice)
            service = Service(grading.cluster, settings)
        else:
            grading, service = None, Service(new_cluster(settings.cluster), settings)
        asyncio.run(_until_interrupted(service, settings, voice, grading))
    except KeyboardInterrupt:
        return []
    except CannotStart as problem:
        raise CannotServe(Text.same(str(problem))) from None
    except NotOurs as problem:
        raise CannotServe(Text(
            zh=f'{problem} 已经存在，而且不是 `tutor serve` 写的文件；请另选一个文件',
            en=f'{problem} exists and was not written by `tutor serve`; choose another file')) from None
    except OSError as problem:
        raise CannotServe(Text.same(str(problem))) from None
    return service.failures


def _graded(name: str, voice: Voice) -> Grading:
    """An exercise on a cluster of its own. Raises CannotServe, CannotStart."""
    from tutor.course.loader import load_course
    from tutor.server.grading import Grading
    from tutor.session.sitting import cluster_for
    course = load_course()
    try:
        exercise = course.exercise(name)
    except LookupError:
        raise CannotServe(Text(zh=f'没有练习 {name}', en=f'there is no exercise {name}')) from None
    bench = new_workbench(cluster_for(course.lesson(exercise.lesson_id), exercise), exercise)
    return Grading(exercise, bench, voice, partial(print, flush=True))


async def _until_interrupted(service: Service, settings: Settings, voice: Voice, grading: Grading | None) -> None:
    looking = None
    try:
        await service.start()
        _greet(service, settings, voice)
        if grading is not None:
            grading.begin()
            looking = asyncio.create_task(grading.run(service.ran))
        stop = asyncio.Event()
        loop: Any = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, stop.set)
            except NotImplementedError:  # Windows: asyncio.run ends this by cancelling it
                break
        await stop.wait()
    finally:
        if looking is not None:
            looking.cancel()
        await service.stop()


def _greet(service: Service, settings: Settings, voice: Voice) -> None:
    """Say where it is, and what an address that others can reach means."""
    path: Path = service.kubeconfig
    for line in voice.each('The cluster is ready at {url}. Ctrl-C stops it.', url=service.url):
        print(line)
    print(f'export KUBECONFIG={path}', flush=True)
    if not is_loopback(settings.address):
        for line in voice.each('Listening on {address}: other machines can reach this cluster. Whoever has the '
                               'kubeconfig can do everything in it.', address=settings.address):
            print(line, file=sys.stderr)


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == 'localhost'
