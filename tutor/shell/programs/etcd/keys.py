"""etcdctl get, put and del: keys, ranges of them, and how they are printed (etcdctl/ctlv3/command)."""

from __future__ import annotations

from typing import Any

from tutor.shell.etcd import EtcdService, KeyValue, prefix_end
from tutor.shell.process import IO
from tutor.shell.programs.etcd import leases, output
from tutor.shell.programs.etcd.connection import Failure
from tutor.shell.programs.options import Options

FLAGS = {'prefix': '', 'keys-only': '', 'print-value-only': '', 'count-only': '', 'limit': '=', 'order': '=',
         'sort-by': '=', 'from-key': '', 'rev': '=', 'prev-kv': '', 'consistency': '=', 'physical': '',
         'lease': '=', 'ignore-value': '', 'range': '', 'keys': '', 'once': ''}


async def run(command: str, service: EtcdService, words: list[str], form: str, options: Options, io: IO) -> None:
    """One of the commands, whose words are enough. Raises Failure, EtcdError."""
    if command == 'get':
        _get(service, words, form, options, io)
    elif command == 'put':
        value = words[1].encode('utf-8', 'surrogateescape') if len(words) > 1 else await io.stdin.read()
        service.put(words[0], value, leases.number(options.get('lease')) if 'lease' in options else 0)
        io.stdout.write('OK\n')
    else:
        start, end = span(words, options)
        before = service.range(start, end) if 'prev-kv' in options else []
        io.stdout.write(f'{service.delete(start, end)}\n')
        for entry in before:
            io.stdout.write(line(entry, options))


def span(words: list[str], options: Options) -> tuple[str, str]:
    """The range of keys that the words and flags name."""
    start = words[0]
    if 'prefix' in options:
        return start, prefix_end(start)
    if 'from-key' in options:
        return start, '\0'
    return start, words[1] if len(words) > 1 else ''


def _get(service: EtcdService, words: list[str], form: str, options: Options, io: IO) -> None:
    start, end = span(words, options)
    found = service.range(start, end, int(options.get('rev', '0') or 0))
    count = len(found)
    _sort(found, options)
    if 'limit' in options and int(options.get('limit')):
        found = found[:int(options.get('limit'))]
    if 'keys-only' in options:
        found = [KeyValue(entry.key, b'', entry.create_revision, entry.mod_revision, entry.version) for entry in found]
    if 'count-only' in options:
        found = []
    if form == 'json':
        output.keys_as_json(found, service, count, io)
    elif form == 'fields':
        output.keys_as_fields(found, service, count, io)
    elif form == 'table':
        raise Failure('table is not a supported output format for this command', 128)
    else:
        for entry in found:
            io.stdout.write(line(entry, options))


def line(entry: KeyValue, options: Options) -> bytes:
    """A key and its value, each on a line."""
    key, value = entry.key.encode('utf-8', 'surrogateescape'), entry.value
    if 'hex' in options:
        key, value = output.hexed(key), output.hexed(value)
    return value + b'\n' if 'print-value-only' in options else key + b'\n' + value + b'\n'


def _sort(found: list[KeyValue], options: Options) -> None:
    keys: dict[str, Any] = {'key': lambda entry: entry.key, 'version': lambda entry: entry.version,
                            'value': lambda entry: entry.value, 'create': lambda entry: entry.create_revision,
                            'modify': lambda entry: entry.mod_revision, '': lambda entry: entry.key}
    target = options.get('sort-by').lower()
    if target not in keys:
        raise Failure(f'bad sort target {options.get("sort-by")}', 128)
    found.sort(key=keys[target], reverse=options.get('order').upper() == 'DESCEND')
