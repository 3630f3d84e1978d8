"""etcdctl's help: of itself, and of each command with its own flags and those of all (ctlv3/help.go)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from tutor.shell.programs.usages import Row, read

TAB = 8
GLOBAL = (
    ('      --cacert=""', 'verify certificates of TLS-enabled secure servers using this CA bundle'),
    ('      --cert=""', 'identify secure client using this TLS certificate file'),
    ('      --command-timeout=5s', 'timeout for short running command (excluding dial timeout)'),
    ('      --debug[=false]', 'enable client-side debug logging'),
    ('      --dial-timeout=2s', 'dial timeout for client connections'),
    ('  -d, --discovery-srv=""', 'domain name to query for SRV records describing cluster endpoints'),
    ('      --discovery-srv-name=""', 'service name to query when using DNS discovery'),
    ('      --endpoints=[127.0.0.1:2379]', 'gRPC endpoints'),
    ('      --hex[=false]', 'print byte strings as hex encoded strings'),
    ('      --insecure-discovery[=true]', 'accept insecure SRV records describing cluster endpoints'),
    ('      --insecure-skip-tls-verify[=false]', 'skip server certificate verification (CAUTION: this option should be '
                                                'enabled only for testing purposes)'),
    ('      --insecure-transport[=true]', 'disable transport security for client connections'),
    ('      --keepalive-time=2s', 'keepalive time for client connections'),
    ('      --keepalive-timeout=6s', 'keepalive timeout for client connections'),
    ('      --key=""', 'identify secure client using this TLS key file'),
    ('      --password=""', "password for authentication (if this option is used, --user option shouldn't include "
                            'password)'),
    ('      --user=""', 'username[:password] for authentication (prompt if password is not supplied)'),
    ('  -w, --write-out="simple"', 'set the output format (fields, json, protobuf, simple, table)'))


def root(version: str, api: str) -> str:
    """etcdctl --help."""
    commands = [(f'\t{_name(use)}', summary) for use, (summary, _) in _usages().items()]
    return ('NAME:\n\tetcdctl - A simple command line client for etcd3.\n\nUSAGE:\n\tetcdctl [flags]\n\nVERSION:\n'
            f'\t{version}\n\nAPI VERSION:\n\t{api}\n\n\nCOMMANDS:\n{_table(commands)}\n'
            f'OPTIONS:\n{_flags(list(GLOBAL), "etcdctl")}\n')


def of(words: list[str], api: str) -> str | None:
    """The help of a command (`get`), of one below another (`snapshot save`), or of that other one; None for what has
    none of its own."""
    every = f'GLOBAL OPTIONS:\n{_table(list(GLOBAL))}\n'
    for use, (summary, flags) in _usages().items():
        name = _name(use).split()
        if words[:len(name)] == name:
            return (f'NAME:\n\t{_name(use)} - {summary}\n\nUSAGE:\n\tetcdctl {use} [flags]\n\n'
                    f'OPTIONS:\n{_flags(flags, name[-1])}\n{every}')
    group = words[0]
    below = [(f'\t{name.split()[1]}', summary) for name, summary in (
        (_name(use), summary) for use, (summary, _) in _usages().items()) if name.startswith(f'{group} ')]
    if not below:
        return None
    return (f'NAME:\n\t{group} - {GROUPS[group]}\n\nUSAGE:\n\tetcdctl {group} <subcommand> [flags]\n\n'
            f'API VERSION:\n\t{api}\n\n\nCOMMANDS:\n{_table(below)}\nOPTIONS:\n{_flags([], group)}\n{every}')


GROUPS = {'alarm': 'Alarm related commands', 'endpoint': 'Endpoint related commands',
          'lease': 'Lease related commands', 'member': 'Membership related commands',
          'snapshot': 'Manages etcd node snapshots'}


def _name(use: str) -> str:
    """The words of a command before its arguments."""
    return re.split(r' [\[<(]', use)[0]


def _flags(rows: list[Row], name: str) -> str:
    """Flags in the order of their names, with --help."""
    every = [*rows, ('  -h, --help[=false]', f'help for {name}')]
    return _table(sorted(every, key=lambda row: re.split(r'[\[=]', row[0].partition('--')[2])[0]))


def _table(rows: list[Row]) -> str:
    """Two columns, the first filled up with tabs (text/tabwriter)."""
    width = (max(len(left.lstrip('\t')) for left, _ in rows) + TAB) // TAB * TAB
    return ''.join(f'{left}{chr(9) * -(-(width - len(left.lstrip(chr(9)))) // TAB)}{right}\n' for left, right in rows)


@cache
def _usages() -> dict[str, tuple[str, list[Row]]]:
    """By use of a command: its summary and its own flags."""
    found: dict[str, tuple[str, list[Row]]] = {}
    for head, flags in read(Path(__file__).with_name('usage.txt')):
        use, _, summary = head.partition(' | ')
        found[use] = summary, flags
    return found
