"""dig and host, as BIND 9.18 has them."""

from __future__ import annotations

import re
from typing import Any

from tutor.shell.process import IO, Context, NameNotFound
from tutor.shell.programs.complaint import Complaint

VERSION = '9.18.39-0ubuntu0.24.04.2-Ubuntu'
TYPES = ('A', 'AAAA', 'CNAME', 'SRV', 'PTR', 'TXT', 'MX', 'NS', 'SOA', 'ANY')
DOTTED = ('CNAME', 'SRV', 'PTR', 'NS', 'MX')
UNREACHED = 9


class _Question:
    """What the command line of dig asks for."""

    def __init__(self, words: list[str]) -> None:
        self.name, self.kind, self.server, self.reverse = '', '', '', False
        self.options: dict[str, bool] = {}
        pending = list(words)
        while pending:
            word = pending.pop(0)
            if word.startswith('@'):
                self.server = word[1:]
            elif word.startswith('+'):
                name = word[1:].partition('=')[0]
                self.options[name.removeprefix('no')] = not name.startswith('no') or name == 'noall'
                if name == 'noall':
                    self.options['all'] = False
            elif word == '-x' and pending:
                self.name, self.kind, self.reverse = _reversed(pending.pop(0)), 'PTR', True
            elif word in ('-t', '-p', '-q', '-c') and pending:
                value = pending.pop(0)
                self.kind = value.upper() if word == '-t' else self.kind
                self.name = value if word == '-q' else self.name
            elif word.upper() in TYPES and self.name:
                self.kind = word.upper()
            elif word.upper() != 'IN' and not word.startswith('-'):
                if word.upper() in TYPES and not self.name:
                    self.kind = word.upper()
                else:
                    self.name = word

    def shows(self, part: str) -> bool:
        """+noall hides everything but what is asked for again."""
        return self.options.get(part, self.options.get('all', True))


async def dig(argv: list[str], io: IO, ctx: Context) -> int:
    """dig [@SERVER] NAME [TYPE] [+short] [+search] [+noall +answer] [-x ADDRESS]"""
    if argv[1:] in (['-v'], ['-V']):
        io.stderr.write(f'DiG {VERSION}\n')
        return 0
    asked = _Question(argv[1:])
    kind = asked.kind or ('NS' if not asked.name else 'A')
    server = asked.server or _configured(ctx)
    short = asked.options.get('short', False)
    banner = f'\n; <<>> DiG {VERSION} <<>> {" ".join(argv[1:])}\n'
    try:
        answer = await ctx.network.lookup(asked.name or '.', kind, server, asked.options.get('search', False))
    except NameNotFound:
        raise Complaint(f"couldn't get address for '{asked.server}': not found", 10) from None
    except OSError:
        text = f';; communications error to {server}#53: timed out\n' * 3
        io.stdout.write(text + ('' if short else f'{banner};; global options: +cmd\n')
                        + ';; no servers could be reached\n')
        return UNREACHED
    if short:
        io.stdout.write(''.join(_data(record) + '\n' for record in answer.records))
        return 0
    io.stdout.write(_message(asked, kind, answer, server, banner, ctx))
    return 0


def _message(asked: _Question, kind: str, answer: Any, server: str, banner: str, ctx: Context) -> str:
    simulation, name = ctx.simulation, f'{(asked.name or "").rstrip(".")}.'
    text = ''
    if asked.shows('cmd') and asked.shows('comments'):
        text += f'{banner};; global options: +cmd\n'
    if asked.shows('comments'):
        local = name.endswith('.local.')
        flags = 'qr aa rd' if answer.authoritative else 'qr rd ra'
        text += ';; Got answer:\n' + (
            ';; WARNING: .local is reserved for Multicast DNS\n;; You are currently testing what happens when an mDNS '
            'query is leaked to DNS\n' if local else '')
        text += (f';; ->>HEADER<<- opcode: QUERY, status: {answer.rcode}, id: {simulation.random.getrandbits(16)}\n'
                 f';; flags: {flags}; QUERY: 1, ANSWER: {len(answer.records)}, AUTHORITY: 0, ADDITIONAL: 1\n')
        text += ';; WARNING: recursion requested but not available\n' if answer.authoritative else ''
        text += (f'\n;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n'
                 f'; COOKIE: {simulation.random.getrandbits(64):016x} (echoed)\n')
    if asked.shows('question'):
        text += ';; QUESTION SECTION:\n' if asked.shows('comments') else ''
        text += _columns(f';{name}', '', kind, '') + '\n'
    if asked.shows('answer') and answer.records:
        text += '\n' + (';; ANSWER SECTION:\n' if asked.shows('comments') else '') + ''.join(
            _columns(f'{record.name.rstrip(".")}.', str(record.ttl), record.kind, _data(record)) + '\n'
            for record in answer.records)
        text = text if asked.shows('comments') else text.lstrip('\n')
    if asked.shows('stats'):
        when = f'{simulation.wall():%a %b %d %H:%M:%S UTC %Y}'
        text += (f'\n;; Query time: 1 msec\n;; SERVER: {server}#53({server}) (UDP)\n;; WHEN: {when}\n'
                 f';; MSG SIZE  rcvd: {len(name) + 40 + sum(len(_data(item)) for item in answer.records)}\n\n')
    return text


def _columns(name: str, ttl: str, kind: str, data: str) -> str:
    """The fields of a record at the columns 24, 32, 40 and 48, by tabs where there is room for them."""
    text = name
    for column, word in ((24, ttl), (32, 'IN'), (40, kind), (48, data)):
        if not word:
            continue
        width = len(text.expandtabs(8))
        text += ('\t' * (column // 8 - width // 8) if width < column else ' ') + word
    return text


def _data(record: Any) -> str:
    return f'{record.data}.' if record.kind in DOTTED else record.data


def _reversed(address: str) -> str:
    return '.'.join(reversed(address.split('.'))) + '.in-addr.arpa'


def _configured(ctx: Context) -> str:
    try:
        text = ctx.files.read_text('/etc/resolv.conf')
    except OSError:
        text = ''
    found = re.search(r'^\s*nameserver\s+(\S+)', text, re.MULTILINE)
    return found[1] if found else '127.0.0.1'


async def host(argv: list[str], io: IO, ctx: Context) -> int:
    """host [-t TYPE] NAME [SERVER]"""
    words = argv[1:]
    kind = ''
    if '-t' in words[:-1]:
        at = words.index('-t')
        kind, words = words[at + 1].upper(), [*words[:at], *words[at + 2:]]
    words = [word for word in words if not word.startswith('-')]
    if not words:
        io.stderr.write('Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]\n'
                        '            [-R number] [-m flag] [-p port] hostname [server]\n')
        return 1
    name, server = words[0], words[1] if len(words) > 1 else ''
    reverse = re.fullmatch(r'\d+\.\d+\.\d+\.\d+', name) is not None
    try:
        kinds = ['PTR'] if reverse else [kind] if kind else ['A', 'AAAA', 'MX']
        answers = [await ctx.network.lookup(_reversed(name) if reverse else name, item, server or _configured(ctx),
                                        not reverse) for item in kinds]
    except OSError:
        io.stdout.write(';; connection timed out; no servers could be reached\n')
        return 1
    if server:
        address = answers[0].server or server
        io.stdout.write(f'Using domain server:\nName: {server}\nAddress: {address}#53\nAliases: \n\n')
    records = [record for answer in answers for record in answer.records]
    if answers[0].rcode != 'NOERROR':
        code = {'NXDOMAIN': 3, 'SERVFAIL': 2, 'REFUSED': 5}.get(answers[0].rcode, 1)
        shown = f'{_reversed(name)}.' if reverse else name
        io.stdout.write(f'Host {shown} not found: {code}({answers[0].rcode})\n')
        return 1
    words_of = {'A': 'has address', 'AAAA': 'has IPv6 address', 'CNAME': 'is an alias for',
                'PTR': 'domain name pointer', 'SRV': 'has SRV record', 'TXT': 'descriptive text'}
    for record in records:
        if record.kind in words_of:
            io.stdout.write(f'{record.name.rstrip(".")} {words_of[record.kind]} {_data(record)}\n')
    if not records and kind:
        io.stdout.write(f'{name} has no {kind} record\n')
    return 0
