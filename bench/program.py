"""What the program costs as a whole process: start, first paint, memory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figure import Figure

TUTOR = Path(sys.executable).with_name('tutor')


def version() -> Figure:
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([TUTOR, '--version'], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return Figure('tutor --version', min(times) * 1e3, 120, 'ms')


FIRST_PAINT = """
import asyncio, sys, time
start = float(sys.argv[1])
async def main():
    from tutor.course.loader import load_course
    from tutor.course.progress import Progress
    from tutor.tui.app import TutorApp
    from tutor.tui.services import Services
    from tutor.tui.start import session_opener
    progress = Progress()
    app = TutorApp(Services(load_course(), progress, session_opener(progress)), 'both')
    async with app.run_test(size=(160, 48)) as pilot:
        await pilot.pause()
        print('PAINT', time.time() - start)
        app.open_lesson(app.course.lessons[-1], 0)
        await pilot.pause(1.5)
        import resource
        print('MEMORY', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
asyncio.run(main())
"""


def app() -> list[Figure]:
    paints, memory = [], 0.0
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, '-c', FIRST_PAINT, str(time.time())], capture_output=True, text=True,
                                  env={**os.environ, 'TUTOR_DATA': folder}, check=False)
        if done.returncode:
            sys.exit(done.stderr[-2000:])
        paints.append(float(re.search(r'PAINT (\S+)', done.stdout)[1]))  # type: ignore[index]
        memory = float(re.search(r'MEMORY (\S+)', done.stdout)[1])  # type: ignore[index]
    return [Figure('first paint of the app', min(paints) * 1e3, 1000, 'ms'),
            Figure('peak memory of the app in a lesson', memory, 150, 'MB')]


MEASUREMENTS = (version, app)
