"""The shell and its programs answer as the real ones did: bash 5.2, GNU's core utilities, grep, sed, find, diff, mawk.

`recorded/*.jsonl` hold what they printed; each row was given to a new bash on standard input, in an empty folder.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROWS = [json.loads(line) for path in sorted((Path(__file__).parent / 'recorded').glob('*.jsonl'))
        for line in path.read_text().splitlines()]


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row['cmd'][-60:])
def test_as_recorded(row, machine):
    assert machine.run(row['cmd']) == (row['stdout'], row['stderr'], row['rc'])
