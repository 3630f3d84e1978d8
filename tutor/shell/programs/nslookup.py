"""nslookup, as BIND words it; BusyBox's own is another program."""

from __future__ import annotations

import re
from typing import Any

from tutor.shell.process import IO, Context, NameNotFound, Network
from tutor.shell.programs import nslookup_busybox
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import missing_operand

TYPES = ('A', 'AAAA', 'CNAME', 'SRV', 'PTR', 'TXT', 'MX', 'NS', 'SOA', 'ANY')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """nslookup [-type=TYPE] NAME [SERVER]"""
    kinds, words = [], []
    for word in argv[1:]:
        match = re.fullmatch(r'-(?:q|ty|type|query|querytype)=(\w+)', word)
        if match is not None:
            kinds.append(match[1].upper())
        elif not word.startswith('-'):
            words.append(word)
    busybox = ctx.host.userland == 'busybox' and not _has_bind(ctx)
    if not words:
        if busybox:
            raise missing_operand(argv, ctx)
        return 0
    server = words[1] if len(words) > 1 else ''
    if busybox:
        return await nslookup_busybox.lookup(words[0], kinds, server, io, ctx)
    kind = kinds[-1] if kinds else ''
    if kind and kind not in TYPES:
        raise Complaint(f"invalid query type '{kind.lower()}'")
    return await _Lookup(words[0], kind, server, io, ctx).run()


def _has_bind(ctx: Context) -> bool:
    """Alpine's bind-tools bring another nslookup, together with dig."""
    return any(ctx.files.exists(f'{folder}/dig') for folder in ('/bin', '/usr/bin'))


class _Lookup:
    def __init__(self, name: str, kind: str, server: str, io: IO, ctx: Context) -> None:
        self._name = name
        self._kind = kind
        self._server = server
        self._io = io
        self._ctx = ctx

    def _configured(self) -> str:
        try:
            text = self._ctx.files.read_text('/etc/resolv.conf')
        except OSError:
            text = ''
        match = re.search(r'^\s*nameserver\s+(\S+)', text, re.MULTILINE)
        return match[1] if match else '127.0.0.1'

    async def run(self) -> int:
        network = self._ctx.host.network
        if network is None:
            return self._unreachable(self._server or self._configured())
        server = self._server or self._configured()
        reverse = nslookup_busybox.reverse_name(self._name)
        name = reverse or self._name
        try:
            answers = [await self._ask(network, name, 'PTR' if reverse else self._kind or 'A', server)]
            if not reverse and not self._kind and answers[0].rcode == 'NOERROR':
                answers.append(await self._also(network, name, answers[0], server))
        except NameNotFound:
            raise Complaint(f"can't resolve '{self._server}'") from None
        except OSError:
            return self._unreachable(server)
        address = next((answer.server for answer in answers if answer.server), server)
        self._io.stdout.write(f'Server:\t\t{address}\nAddress:\t{address}#53\n\n')
        return self._show(name, answers)

    async def _ask(self, network: Network, name: str, kind: str, server: str) -> Any:
        return await network.lookup(name, kind, server, not name.endswith('.arpa'))

    async def _also(self, network: Network, name: str, first: Any, server: str) -> Any:
        """The AAAA that goes with an A: of the name that was found, without searching for it again (printmessage)."""
        if not first.records:
            return await self._ask(network, name, 'AAAA', server)
        return await network.lookup(first.records[-1].name, 'AAAA', server, False)

    def _unreachable(self, server: str) -> int:
        self._io.stdout.write(f';; communications error to {server}#53: timed out\n' * 3
                              + ';; no servers could be reached\n\n')
        return 1

    def _records(self, answer: Any) -> str:
        lines = []
        for record in answer.records:
            match record.kind:
                case 'A' | 'AAAA':
                    lines.append(f'Name:\t{record.name}\nAddress: {record.data}\n')
                case 'CNAME':
                    lines.append(f'{record.name}\tcanonical name = {record.data}.\n')
                case 'PTR':
                    lines.append(f'{record.name}\tname = {record.data}.\n')
                case 'SRV':
                    lines.append(f'{record.name}\tservice = {record.data}.\n')
                case _:
                    lines.append(f'{record.name}\ttext = "{record.data}"\n')
        return ''.join(lines)

    def _show(self, name: str, answers: list[Any]) -> int:
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
