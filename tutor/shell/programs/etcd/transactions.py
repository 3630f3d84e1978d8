"""etcdctl txn: compares, then requests for when they hold and for when they do not, from standard input; an empty line
ends each part (etcdctl/ctlv3/command/txn_command.go)."""

from __future__ import annotations

import json
import operator
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tutor.shell.etcd import EtcdService, KeyValue
from tutor.shell.process import IO, Context
from tutor.shell.programs.etcd import keys
from tutor.shell.programs.etcd.connection import Failure
from tutor.shell.programs.options import Options, parse

BAD = 128
ABSENT = KeyValue('', b'', 0, 0, 0)
QUOTED = r'"(?:[^"\\]|\\.)*"'
COMPARE = re.compile(rf'\s*({QUOTED})\)\s+(\S+)\s+({QUOTED})\s*')
TARGETS: dict[str, Callable[[KeyValue], Any]] = {
    **dict.fromkeys(('ver', 'version'), lambda entry: entry.version),
    **dict.fromkeys(('c', 'create'), lambda entry: entry.create_revision),
    **dict.fromkeys(('m', 'mod'), lambda entry: entry.mod_revision),
    **dict.fromkeys(('val', 'value'), lambda entry: entry.value)}
OPERATORS = {'=': operator.eq, '!=': operator.ne, '>': operator.gt, '<': operator.lt}


@dataclass(frozen=True, slots=True)
class Compare:
    """What has to hold of one key."""

    key: str
    target: Callable[[KeyValue], Any]
    compare: Callable[[Any, Any], bool]
    value: Any

    def holds(self, service: EtcdService) -> bool:
        """A key that there is not has revisions and version 0; its value can be compared with none."""
        found = service.range(self.key)
        if not found and isinstance(self.value, bytes):
            return False
        return self.compare(self.target(found[0] if found else ABSENT), self.value)


async def run(service: EtcdService, interactive: bool, io: IO, ctx: Context) -> None:
    """Read a transaction, and make it. All its requests are made at one moment. Raises Failure, EtcdError."""
    lines = [line.strip() for line in (await io.stdin.read()).decode('utf-8', 'surrogateescape').split('\n')]
    parts: list[list[str]] = []
    for prompt in ('compares:', 'success requests (get, put, del):', 'failure requests (get, put, del):'):
        if interactive:
            io.stdout.write(f'{prompt}\n')
        end = lines.index('') if '' in lines else len(lines)
        parts.append(lines[:end])
        lines = lines[end + 1:]
    compares = [_compare(line) for line in parts[0]]
    requests = [[_request(line, ctx) for line in part] for part in parts[1:]]
    good = all(compare.holds(service) for compare in compares)
    io.stdout.write('SUCCESS\n' if good else 'FAILURE\n')
    for verb, options in requests[0 if good else 1]:
        io.stdout.write('\n')
        await keys.run(verb, service, options.args, 'simple', options, io)


def _compare(line: str) -> Compare:
    """ParseCompare. Raises Failure."""
    name, parenthesis, rest = line.partition('(')
    found = COMPARE.fullmatch(rest)
    if not parenthesis or found is None:
        raise Failure(f'malformed comparison: {line}', BAD)
    if name not in TARGETS:
        raise Failure(f'malformed comparison: {line} (unknown target {name})', BAD)
    if found[2] not in OPERATORS:
        raise Failure(f'unknown result op {found[2]}', BAD)
    key, text = json.loads(found[1]), json.loads(found[3])
    value: Any = text.encode()
    if name not in ('val', 'value'):
        if not re.fullmatch(r'-?\d+', text):
            raise Failure(f'strconv.ParseInt: parsing "{text}": invalid syntax', BAD)
        value = int(text)
    return Compare(key, TARGETS[name], OPERATORS[found[2]], value)


def _request(line: str, ctx: Context) -> tuple[str, Options]:
    """One request: its verb, and its words and flags. Raises Failure."""
    try:
        words = shlex.split(line)
    except ValueError:
        raise Failure(f'invalid txn request: {line}', BAD) from None
    least = {'get': 1, 'del': 1, 'put': 2}.get(words[0])
    if least is None:
        raise Failure(f'unknown operation {words[0]}', BAD)
    options = parse(words, ctx, '', keys.FLAGS, status=BAD)
    if len(options.args) < least:
        raise Failure(f'invalid txn request: {line}', BAD)
    return words[0], options
