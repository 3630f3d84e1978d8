"""What etcdctl prints: simple lines, tables, fields and JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from tutor.shell.etcd import KeyValue, Member, Status
from tutor.shell.process import IO

FORMS = ('simple', 'table', 'json', 'fields')
UNITS = ('B', 'kB', 'MB', 'GB')


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], io: IO) -> None:
    """olekukonko/tablewriter with everything to the right and headers in the middle."""
    widths = [max(len(header), *(len(row[place]) for row in rows)) if rows else len(header)
              for place, header in enumerate(headers)]
    rule = '+' + '+'.join('-' * (width + 2) for width in widths) + '+\n'
    io.stdout.write(rule + '|' + '|'.join(f' {_middle(header, width)} ' for header, width in zip(
        headers, widths, strict=True)) + '|\n' + rule)
    for row in rows:
        io.stdout.write('|' + '|'.join(f' {cell:>{width}} ' for cell, width in zip(row, widths, strict=True)) + '|\n')
    io.stdout.write(rule)


def _middle(text: str, width: int) -> str:
    left = (width - len(text)) // 2
    return ' ' * left + text + ' ' * (width - len(text) - left)


def size(number: int) -> str:
    """go-humanize's Bytes: two significant digits below ten."""
    amount, unit = float(number), 0
    while amount >= 1000 and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f'{amount:.1f} {UNITS[unit]}' if amount < 10 and unit else f'{amount:.0f} {UNITS[unit]}'


def hexadecimal(identity: int) -> str:
    return f'{identity:x}'


def encoded(data: str | bytes) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def hexed(data: bytes) -> bytes:
    """--hex: every byte of a key or value."""
    return ''.join(f'\\x{byte:02x}' for byte in data).encode()


def quoted(data: bytes) -> str:
    """Go's %q of bytes: what is no UTF-8 stands as its numbers."""
    plain = data.decode('utf-8', 'surrogateescape')
    return '"' + ''.join(
        f'\\x{ord(char) - 0xDC00:02x}' if '\udc80' <= char <= '\udcff' else
        json.dumps(char, ensure_ascii=False)[1:-1] if char.isprintable() or char in '\n\r\t"\\' else
        f'\\x{ord(char):02x}' for char in plain) + '"'


def header(service: Any) -> dict[str, Any]:
    return {'cluster_id': service.cluster_id, 'member_id': service.status().member, 'revision': service.revision(),
            'raft_term': service.status().term}


def as_json(message: Any, io: IO) -> None:
    io.stdout.write(json.dumps(message, separators=(',', ':'), ensure_ascii=False) + '\n')


def keys_as_json(found: list[KeyValue], service: Any, count: int, io: IO) -> None:
    entries = [{'key': encoded(entry.key), 'create_revision': entry.create_revision, 'mod_revision': entry.mod_revision,
                'version': entry.version, **({'value': encoded(entry.value)} if entry.value else {})}
               for entry in found]
    as_json({'header': header(service), **({'kvs': entries} if entries else {}), 'count': count}, io)


def keys_as_fields(found: list[KeyValue], service: Any, count: int, io: IO) -> None:
    top = header(service)
    io.stdout.write(f'"ClusterID" : {top["cluster_id"]}\n"MemberID" : {top["member_id"]}\n'
                    f'"Revision" : {top["revision"]}\n"RaftTerm" : {top["raft_term"]}\n')
    for entry in found:
        io.stdout.write(f'"Key" : {json.dumps(entry.key)}\n"CreateRevision" : {entry.create_revision}\n'
                        f'"ModRevision" : {entry.mod_revision}\n"Version" : {entry.version}\n'
                        f'"Value" : {quoted(entry.value)}\n"Lease" : 0\n')
    io.stdout.write(f'"More" : false\n"Count" : {count}\n')


def members(found: list[Member], form: str, service: Any, io: IO) -> None:
    """member list."""
    if form == 'json':
        as_json({'header': header(service), 'members': [
            {'ID': member.id, 'name': member.name, 'peerURLs': [member.peer_url], 'clientURLs': [member.client_url]}
            for member in found]}, io)
        return
    rows = [(hexadecimal(member.id), 'started' if member.started else 'unstarted', member.name, member.peer_url,
             member.client_url, str(member.learner).lower()) for member in found]
    if form == 'table':
        table(('ID', 'STATUS', 'NAME', 'PEER ADDRS', 'CLIENT ADDRS', 'IS LEARNER'), rows, io)
    else:
        io.stdout.write(''.join(', '.join(row) + '\n' for row in rows))


def statuses(found: list[tuple[str, Status]], form: str, service: Any, io: IO) -> None:
    """endpoint status."""
    if form == 'json':
        as_json([{'Endpoint': endpoint, 'Status': {
            'header': header(service), 'version': status.version, 'dbSize': status.size, 'leader': status.leader,
            'raftIndex': status.index, 'raftTerm': status.term, 'raftAppliedIndex': status.index,
            'dbSizeInUse': status.size}} for endpoint, status in found], io)
        return
    rows = [(endpoint, hexadecimal(status.member), status.version, size(status.size),
             str(status.leader == status.member).lower(), str(status.learner).lower(), str(status.term),
             str(status.index), str(status.index), ', '.join(status.errors)) for endpoint, status in found]
    if form == 'table':
        table(('ENDPOINT', 'ID', 'VERSION', 'DB SIZE', 'IS LEADER', 'IS LEARNER', 'RAFT TERM', 'RAFT INDEX',
               'RAFT APPLIED INDEX', 'ERRORS'), rows, io)
    else:
        io.stdout.write(''.join(', '.join(row) + '\n' for row in rows))
