"""Runs recorded scenarios in process and holds the answers against the recording, command by command.

    python -m tests.oracle.comparison [-v] [--containers] [--update] [NAME …]

prints the score; `--update` writes the list of scenarios that are wholly equal (it only grows).
"""

from __future__ import annotations

import argparse
import difflib
import json
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
LIST = HERE / 'equal.txt'
DIFFERING = HERE / 'differing.txt'
LIMIT = 40
"""Seconds that a scenario may take."""


@dataclass(frozen=True)
class Row:
    """One command: whether its answer equals the recorded one, and how it differs."""

    command: str
    equal: bool
    difference: str


def folder(containers: bool) -> Path:
    return HERE / 'containers' if containers else HERE


def names(containers: bool) -> list[str]:
    return sorted(path.stem for path in (folder(containers) / 'transcripts').glob('*.jsonl'))


def compare(name: str, containers: bool = False) -> list[Row]:
    """Play one scenario on a new cluster and compare; rows marked `varies` are played but not compared."""
    from masks import normal
    where = folder(containers)
    recorded = [json.loads(line) for line in (where / 'transcripts' / f'{name}.jsonl').read_text().splitlines() if line]
    answers = play(where / 'cluster.yaml', (where / 'scenarios' / f'{name}.txt').read_text())
    rows = []
    for want in recorded:
        have = next(answers, None)
        if want.get('varies'):
            continue
        expected = normal(want['cmd'], want['stdout'], want['stderr'], want['rc'])
        found = normal(want['cmd'], *have) if have is not None else '<no answer>'
        difference = '' if expected == found else '\n'.join(difflib.unified_diff(
            expected.split('\n'), found.split('\n'), 'kubernetes', 'project', lineterm='', n=2))
        rows.append(Row(want['cmd'], expected == found, difference))
    return rows


def play(cluster: Path, script: str) -> Iterator[tuple[str, str, int]]:
    """The answers of a script's blocks, one after the other."""
    from tutor.cluster import config
    from tutor.course.script import blocks
    from tutor.session.script import run_all
    from tutor.session.workbench import Workbench
    bench = Workbench(config.load(cluster))
    for ran in run_all(bench, blocks(script)):
        yield ran.stdout, ran.stderr, ran.code


def equal_scenarios(containers: bool) -> list[str]:
    """The scenarios that were wholly equal when the list was last written."""
    prefix = 'containers/' if containers else ''
    return [line.removeprefix(prefix) for line in LIST.read_text().splitlines()
            if line.startswith('containers/') == containers and line]


def differing_commands() -> dict[str, list[str]]:
    """Of each scenario that is not wholly equal, how the commands begin that differ; the file says why."""
    found: dict[str, list[str]] = {}
    for line in DIFFERING.read_text().splitlines():
        if line and not line.startswith('#'):
            scenario, command, reason = line.split(' | ')
            assert reason
            found.setdefault(scenario, []).append(command)
    return found


class Expired(BaseException):
    """A scenario that takes too long; no guard against crashes inside the simulation may catch it."""


def _expired(*_: object) -> None:
    raise Expired(f'more than {LIMIT} seconds')


def _score(job: tuple[str, bool]) -> tuple[str, list[Row]]:
    sys.path.insert(0, str(HERE))
    signal.signal(signal.SIGALRM, _expired)
    signal.alarm(LIMIT)
    try:
        return job[0], compare(*job)
    except (Exception, Expired) as error:  # one scenario that breaks must not hide the others
        return job[0], [Row('<the whole scenario>', False, repr(error))]
    finally:
        signal.alarm(0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('-v', '--verbose', action='store_true')
    parser.add_argument('--containers', action='store_true')
    parser.add_argument('--update', action='store_true')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('names', nargs='*')
    options = parser.parse_args()
    chosen = options.names or names(options.containers)
    equal = total = 0
    whole = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for name, rows in pool.map(_score, [(name, options.containers) for name in chosen]):
            good = sum(row.equal for row in rows)
            equal, total = equal + good, total + len(rows)
            if good == len(rows):
                whole.append(name)
            print(f'{name}: {good}/{len(rows)}', flush=True)
            for row in rows if options.verbose else ():
                if not row.equal:
                    difference = '\n'.join('    ' + line for line in row.difference.split('\n'))
                    print(f'  $ {row.command}\n{difference}\n')
    print(f'equal {equal} of {total} commands ({100 * equal / max(total, 1):.1f} %), '
          f'{len(whole)} of {len(chosen)} scenarios wholly')
    if options.update:
        _update(whole, options.containers)
    return 0


def _update(whole: list[str], containers: bool) -> None:
    known = set(LIST.read_text().splitlines()) if LIST.exists() else set()
    prefix = 'containers/' if containers else ''
    LIST.write_text('\n'.join(sorted(known | {prefix + name for name in whole})) + '\n')


if __name__ == '__main__':
    sys.exit(main())
