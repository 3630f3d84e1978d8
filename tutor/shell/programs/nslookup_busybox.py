"""nslookup as BusyBox has it since 1.30: every name of the search list is asked for, and each answer shown."""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context, NameNotFound
from tutor.shell.programs.complaint import Complaint

TYPES = ('SOA', 'NS', 'A', 'AAAA', 'CNAME', 'MX', 'TXT', 'SRV', 'PTR', 'ANY')
"""In the order in which they are asked for when several are given."""
FORMS = {'A': 'Name:\t{name}\nAddress: {data}\n', 'AAAA': 'Name:\t{name}\nAddress: {data}\n',
         'NS': '{name}\tnameserver = {data}\n', 'CNAME': '{name}\tcanonical name = {data}\n',
         'PTR': '{name}\tname = {data}\n', 'SRV': '{name}\tservice = {data}\n', 'TXT': '{name}\ttext = "{data}"\n'}


async def lookup(name: str, kinds: list[str], server: str, io: IO, ctx: Context) -> int:
    """nslookup_main: ask for a name, or for the name of an address; raises Complaint."""
    for kind in kinds:
        if kind not in TYPES:
            raise Complaint(f'invalid query type "{kind.lower()}"')
    servers, search = configuration(ctx)
    if server:
        servers, search = [server], []
    queries = _queries(name, kinds, search)
    for address in servers:
        status = await _ask_server(address, queries, io, ctx)
        if status is not None:
            return status
    io.stdout.write(';; connection timed out; no servers could be reached\n\n')
    return 1


def configuration(ctx: Context) -> tuple[list[str], list[str]]:
    """parse_resolvconf: the servers and the search list."""
    try:
        lines = [line.split() for line in ctx.files.read_text('/etc/resolv.conf').splitlines()]
    except OSError:
        lines = []
    servers = [words[1] for words in lines if words[:1] == ['nameserver'] and len(words) > 1]
    search = [words[1:] for words in lines if words[:1] in (['search'], ['domain'])]
    return servers or ['127.0.0.1'], search[-1] if search else []


def reverse_name(address: str) -> str:
    """The name that the PTR record of an IPv4 address has; '' for all else."""
    octets = re.fullmatch(r'(\d+)\.(\d+)\.(\d+)\.(\d+)', address)
    return f'{octets[4]}.{octets[3]}.{octets[2]}.{octets[1]}.in-addr.arpa' if octets else ''


def _queries(name: str, kinds: list[str], search: list[str]) -> list[tuple[str, str]]:
    """The questions, in order: A and AAAA, or PTR for an address; names without a dot get every suffix."""
    reverse = reverse_name(name)
    if reverse and not kinds:
        return [(reverse, 'PTR')]
    wanted = [kind for kind in TYPES if kind in kinds] or ['A', 'AAAA']
    return [(full, kind) for kind in wanted
            for full in ([name] if '.' in name or kind == 'PTR' or not search
                         else [f'{name}.{suffix}' for suffix in search])]


async def _ask_server(server: str, queries: list[tuple[str, str]], io: IO, ctx: Context) -> int | None:
    """send_queries: the exit status, or None when the server does not answer."""
    status = 0
    for number, (name, kind) in enumerate(queries):
        try:
            answer = await ctx.network.lookup(name, kind, server, False)
        except NameNotFound:
            raise Complaint(f"bad address '{server}'") from None
        except OSError:
            return None
        if not number:
            io.stdout.write(f'Server:\t\t{server}\nAddress:\t{answer.server or server}:53\n\n')
        if answer.rcode != 'NOERROR':
            io.stdout.write(f"** server can't find {name}: {answer.rcode}\n\n")
            status = 1
            continue
        io.stdout.write('' if answer.authoritative else 'Non-authoritative answer:\n')
        io.stdout.write(''.join(FORMS[record.kind].format(name=record.name, data=record.data)
                                for record in answer.records if record.kind in FORMS)
                        or f"*** Can't find {name}: No answer\n")
        io.stdout.write('\n')
    return status
