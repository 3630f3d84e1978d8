"""nslookup, as BusyBox and as BIND word it."""

from __future__ import annotations

import re
from typing import Any

from tutor.shell.process import IO, Context, NameNotFound
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import missing_operand

TYPES = ('A', 'AAAA', 'CNAME', 'SRV', 'PTR', 'TXT', 'MX', 'NS', 'SOA', 'ANY')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """nslookup [-type=TYPE] NAME [SERVER]"""
    kind, words = '', []
    for word in argv[1:]:
        match = re.fullmatch(r'-(?:q|ty|type|query|querytype)=(\w+)', word)
        if match is not None:
            kind = match[1].upper()
        elif not word.startswith('-'):
            words.append(word)
    if not words:
        if ctx.host.userland == 'busybox':
            raise missing_operand(argv, ctx)
        return 0
    if kind and kind not in TYPES:
        raise Complaint(f"invalid query type '{kind.lower()}'")
    return await _Lookup(words[0], kind, words[1] if len(words) > 1 else '', io, ctx).run()


class _Lookup:
    def __init__(self, name: str, kind: str, server: str, io: IO, ctx: Context) -> None:
        self._name = name
        self._kind = kind
        self._server = server
        self._io = io
        self._ctx = ctx
        self._busybox = ctx.host.userland == 'busybox'

    def _configured(self) -> str:
        try:
            text = self._ctx.files.read_text('/etc/resolv.conf')
        except OSError:
            text = ''
        match = re.search(r'^\s*nameserver\s+(\S+)', text, re.MULTILINE)
        return match[1] if match else '127.0.0.1'

    async def run(self) -> int:
        network: Any = self._ctx.host.network
        if network is None:
            return self._unreachable(self._server or self._configured())
        server = self._server or self._configured()
        reverse = re.fullmatch(r'(\d+)\.(\d+)\.(\d+)\.(\d+)', self._name)
        kinds = ['PTR'] if reverse else [self._kind] if self._kind else ['A', 'AAAA']
        name = f'{reverse[4]}.{reverse[3]}.{reverse[2]}.{reverse[1]}.in-addr.arpa' if reverse else self._name
        try:
            answers = [await self._ask(network, name, kind, server) for kind in kinds]
        except NameNotFound:
            raise Complaint(f"can't resolve '{self._server}'") from None
        except OSError:
            return self._unreachable(server)
        address = next((answer.server for answer in answers if answer.server), server)
        label = '\t' if self._busybox else '\t\t'
        self._io.stdout.write(f'Server:{label}{address}\nAddress:\t{address}{":" if self._busybox else "#"}53\n\n')
        return (self._show_busybox if self._busybox else self._show_bind)(name, kinds, answers)

    async def _ask(self, network: Any, name: str, kind: str, server: str) -> Any:
        """BusyBox's nslookup takes the search list only for names without a dot."""
        search = not name.endswith('.arpa') and (not self._busybox or '.' not in name.rstrip('.'))
        return await network.lookup(name, kind, server, search)

    def _unreachable(self, server: str) -> int:
        if self._busybox:
            self._io.stdout.write(';; connection timed out; no servers could be reached\n\n')
        else:
            self._io.stdout.write(f';; communications error to {server}#53: timed out\n' * 3
                                  + ';; no servers could be reached\n\n')
        return 1

    def _show_busybox(self, name: str, kinds: list[str], answers: list[Any]) -> int:
        failed, shown = 0, False
        for answer in answers:
            if answer.rcode != 'NOERROR':
                self._io.stdout.write(f"** server can't find {self._full(name)}: {answer.rcode}\n\n")
                failed += 1
                continue
            if not answer.records:
                if len(answers) == 1:
                    self._io.stdout.write(f"*** Can't find {name}: No answer\n\n")
                else:
                    self._io.stdout.write('')
                continue
            shown = True
            self._io.stdout.write(('' if answer.authoritative else 'Non-authoritative answer:\n')
                                  + self._records(answer) + '\n')
        if len(answers) > 1 and not shown and not failed:
            self._io.stdout.write(f"*** Can't find {name}: No answer\n\n")
        return int(failed > 0)

    def _full(self, name: str) -> str:
        if '.' in name:
            return name
        try:
            match = re.search(r'^\s*search\s+(\S+)', self._ctx.files.read_text('/etc/resolv.conf'), re.MULTILINE)
        except OSError:
            match = None
        return f'{name}.{match[1]}' if match and self._busybox else name

    def _records(self, answer: Any) -> str:
        lines = []
        for record in answer.records:
            match record.kind:
                case 'A' | 'AAAA':
                    lines.append(f'Name:\t{record.name}\nAddress: {record.data}\n')
                case 'CNAME':
                    lines.append(f'{record.name}\tcanonical name = {record.data}{"" if self._busybox else "."}\n')
                case 'PTR':
                    lines.append(f'{record.name}\tname = {record.data}{"" if self._busybox else "."}\n')
                case 'SRV':
                    lines.append(f'{record.name}\tservice = {record.data}{"" if self._busybox else "."}\n')
                case _:
                    lines.append(f'{record.name}\ttext = "{record.data}"\n')
        return ''.join(lines)

    def _show_bind(self, name: str, kinds: list[str], answers: list[Any]) -> int:
        first = answers[0]
        if first.rcode != 'NOERROR':
            self._io.stdout.write(f"** server can't find {name}: {first.rcode}\n\n")
            return 1
        if not any(answer.records for answer in answers):
            self._io.stdout.write(f"*** Can't find {name}: No answer\n\n")
            return 1
        if not first.authoritative:
            self._io.stdout.write('Non-authoritative answer:\n')
        self._io.stdout.write(''.join(self._records(answer) for answer in answers) + '\n')
        return 0
