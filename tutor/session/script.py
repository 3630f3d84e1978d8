"""`tutor play SCRIPT`: runs each block as typed, lets the cluster settle, and records what was answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TextIO

from tutor.course.script import blocks
from tutor.grader.view import Ran
from tutor.session.workbench import Workbench


def play(bench: Workbench, script: str, show: Callable[[Ran], None], record: TextIO | None = None) -> int:
    """Run a whole script; the exit status of its last block. Each row is written as its block ends."""
    status = 0
    for ran in run_all(bench, blocks(script)):
        status = ran.code
        show(ran)
        if record is not None:
            row = {'cmd': ran.command, 'stdout': ran.stdout, 'stderr': ran.stderr, 'rc': ran.code}
            record.write(json.dumps(row, ensure_ascii=False) + '\n')
            record.flush()
    return status


def run_all(bench: Workbench, script: Iterable[str]) -> Iterable[Ran]:
    """Run blocks one after the other, each on a settled cluster."""
    for block in script:
        ran = bench.run(block)
        yield ran
        bench.settle_after(block)
