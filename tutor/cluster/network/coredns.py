"""CoreDNS: answers by its Corefile, and looks at that file again every half minute (coredns/plugin/*)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tutor.client.informer import Informers
from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.programs.serving import GoService
from tutor.cluster.containers.programs.starting import RELEASE, CannotStart
from tutor.cluster.network.corefile import CorefileError, Directive, ServerBlock, parse
from tutor.cluster.network.dns import NOERROR, NXDOMAIN, SERVFAIL, ClusterDns, DnsAnswer, Question, Record
from tutor.cluster.simulation import Simulation
from tutor.shell.process import IO, Context

PATH = '/etc/coredns/Corefile'
LOOK_EVERY = 30.0
REFUSED = 'REFUSED'
FORWARD_TIMEOUT = 2.0
ABOUT = 'CoreDNS-{}\nlinux/amd64, go1.26.2, 0c3c2a1\n'


class CoreDns:
    """The component: one server for each process. `upstream` is what DNS outside the cluster knows."""

    def __init__(self, simulation: Simulation, informers: Informers, outside: ClusterDns) -> None:
        self.simulation = simulation
        self.outside = outside
        self._informers = informers
        self._zones: dict[str, ClusterDns] = {outside.zone: outside}
        self._servers: dict[int, Server] = {}

    def cluster(self, zone: str) -> ClusterDns:
        """The cluster's names below a zone."""
        if zone not in self._zones:
            self._zones[zone] = ClusterDns(self._informers, zone)
        return self._zones[zone]

    def start(self, ctx: Context, io: IO) -> None:
        self._servers[id(ctx)] = Server(self, ctx, io)

    def stop(self, ctx: Context) -> None:
        server = self._servers.pop(id(ctx), None)
        if server is not None:
            server.stop()


class Server:
    """One running CoreDNS. Raises CannotStart when its Corefile cannot be used."""

    def __init__(self, component: CoreDns, ctx: Context, io: IO) -> None:
        self._component = component
        self._ctx = ctx
        self._io = io
        self._open: list[Callable[[], None]] = []
        self._closed = ctx.simulation.condition()
        self._stopped = False
        words = ctx.host.processes[ctx.pid].argv
        self._path = words[words.index('-conf') + 1] if '-conf' in words[:-1] else 'Corefile'
        self._text = self._read()
        try:
            self._blocks = parse(self._text, self._path)
        except CorefileError as problem:
            raise CannotStart(f'{problem}\n') from None
        self._listen()
        io.stdout.write(''.join(f'{zone}:{block.port}\n' for block in self._blocks for zone in block.zones)
                        + self._running() + ABOUT.format(ctx.extras[RELEASE]))
        if self._reloads():
            self._later()

    def stop(self) -> None:
        self._stopped = True
        self._close()

    def _read(self) -> str:
        try:
            return self._ctx.files.read_text(self._path)
        except OSError:
            return '.:53 {\n    whoami\n    log\n}\n'

    def _reloads(self) -> bool:
        return any(block.first('reload') is not None for block in self._blocks)

    def _running(self) -> str:
        digest = hashlib.sha512(self._text.encode()).hexdigest()
        return f'[INFO] plugin/reload: Running configuration SHA512 = {digest}\n' if self._reloads() else ''

    # -- its file -----------------------------------------------------------------------------------------------

    def _later(self) -> None:
        self._component.simulation.call_later(LOOK_EVERY, self._look)

    def _look(self) -> None:
        """reload: use a changed file, or say why not and go on as before."""
        if self._stopped:
            return
        text = self._read()
        if text != self._text:
            self._text = text
            self._io.stdout.write('[INFO] Reloading\n')
            try:
                self._blocks = parse(text, self._path)
            except CorefileError as problem:
                self._io.stdout.write(f'[ERROR] Restart failed: {problem}\n'
                                      f'[ERROR] plugin/reload: Corefile changed but reload failed: {problem}\n')
            else:
                self._listen()
                self._io.stdout.write(f'{self._running()}[INFO] Reloading complete\n')
        if self._reloads():
            self._later()

    def _close(self) -> None:
        for close in self._open:
            close()
        self._open.clear()
        self._closed.notify()

    def _listen(self) -> None:
        """Open the ports of the server blocks, and of health, ready and prometheus where they are asked for."""
        self._close()
        network: Any = self._ctx.host.network
        for port in dict.fromkeys(block.port for block in self._blocks):
            self._open.append(network.listen_udp(port, lambda question, client, port=port: self._serve(
                question, client, port)).close)
        for plugin, port in (('health', 8080), ('ready', 8181), ('prometheus', 9153)):
            found = next((block.first(plugin) for block in self._blocks if block.first(plugin) is not None), None)
            if found is not None:
                number = found.args[0].rpartition(':')[2] if found.args else ''
                service = GoService(_well, self._component.simulation, self._closed)
                self._open.append(network.listen(int(number) if number.isdigit() else port, service).close)

    # -- answering ----------------------------------------------------------------------------------------------

    async def _serve(self, question: Question, client: str, port: int) -> DnsAnswer:
        name = question.name.lower().rstrip('.')
        fitting = [(zone, block) for block in self._blocks if block.port == port for zone in block.zones
                   if _inside(name, zone)]
        if not fitting:
            return DnsAnswer(REFUSED, authoritative=False)
        block = max(fitting, key=lambda item: len(item[0]) if item[0] != '.' else 0)[1]
        answer = await self._answer(block, question)
        if block.first('log') is not None:
            flags = 'qr,aa,rd' if answer.authoritative else 'qr,rd,ra'
            number = self._component.simulation.random.getrandbits(16)
            self._io.stdout.write(
                f'[INFO] {client}:{40000 + number % 20000} - {number} "{question.kind} IN {question.name}. udp '
                f'{len(name) + 18} false 512" {answer.rcode} {flags} {len(name) * 2 + 30} 0.000{number % 1000:03d}s\n')
        return answer

    async def _answer(self, block: ServerBlock, question: Question) -> DnsAnswer:
        asked = question
        for rule in block.directives.get('rewrite', ()):
            name = _rewritten(rule, question.name.lower().rstrip('.'))
            if name is not None:
                asked = Question(name, question.kind)
                break
        answer = await self._chain(block, asked)
        if asked is not question:
            answer = replace(answer, records=[
                replace(record, name=question.name) if record.name == asked.name else record
                for record in answer.records])
        return answer

    async def _chain(self, block: ServerBlock, question: Question) -> DnsAnswer:
        """The plugins that answer, in CoreDNS's order: hosts, kubernetes, forward."""
        name = question.name.lower().rstrip('.')
        hosts = block.first('hosts')
        if hosts is not None and (found := _from_hosts(hosts, name, question)) is not None:
            return found
        kubernetes = block.first('kubernetes')
        if kubernetes is not None:
            found = self._from_cluster(kubernetes, name, question)
            if found is not None:
                return found
        for rule in block.directives.get('forward', ()):
            if rule.args and _inside(name, rule.args[0].lower().rstrip('.') or '.'):
                return await self._forward(rule, question)
        return DnsAnswer(REFUSED, authoritative=False)

    def _from_cluster(self, plugin: Directive, name: str, question: Question) -> DnsAnswer | None:
        zones = [zone.lower().rstrip('.') for zone in plugin.args] or [self._component.outside.zone]
        zone = next((zone for zone in zones if _inside(name, zone)), None)
        if zone is None or zone == 'ip6.arpa':
            return None
        own = next((item for item in zones if not item.endswith('.arpa')), self._component.outside.zone)
        answer = self._component.cluster(own).answer(question)
        pods = plugin.option('pods')
        if name.endswith(f'.pod.{own}') and (pods is None or pods == ('disabled',)):
            answer = DnsAnswer(NXDOMAIN)
        through = plugin.option('fallthrough')
        if answer.rcode == NXDOMAIN and through is not None and (not through or any(
                _inside(name, zone.rstrip('.')) for zone in through)):
            return None
        return answer

    async def _forward(self, plugin: Directive, question: Question) -> DnsAnswer:
        """To the servers that are named: those of the cluster's network are asked, others know the world outside."""
        network: Any = self._ctx.host.network
        for target in plugin.args[1:]:
            address, _, port = target.removeprefix('dns://').partition(':')
            if address.startswith('/') or not _private(address):
                return self._component.outside.outside(question)
            try:
                return await network.ask(address, int(port or 53), question, FORWARD_TIMEOUT)
            except OSError:
                self._io.stdout.write(f'[ERROR] plugin/errors: 2 {question.name}. {question.kind}: read udp '
                                      f'{network.addresses[0]}:41731->{address}:{port or 53}: i/o timeout\n')
        return DnsAnswer(SERVFAIL, authoritative=False)


async def _well(request: HttpRequest) -> HttpResponse:
    return HttpResponse(200, {'Content-Type': 'text/plain; charset=utf-8'}, b'OK')


def _inside(name: str, zone: str) -> bool:
    return zone in ('.', '') or name == zone or name.endswith(f'.{zone}')


def _private(address: str) -> bool:
    return address.startswith(('10.', '172.', '192.168.', '127.'))


def _from_hosts(plugin: Directive, name: str, question: Question) -> DnsAnswer | None:
    """hosts: what its lines say; None where it falls through."""
    found = [words[0] for words in plugin.body if name in (word.lower().rstrip('.') for word in words[1:])
             and words[0][:1].isdigit()]
    if found:
        records = [Record(question.name, 'A', address, 3600) for address in found]
        return DnsAnswer(NOERROR, records if question.kind in ('A', 'ANY') else [])
    return None if plugin.option('fallthrough') is not None else DnsAnswer(NXDOMAIN)


def _rewritten(rule: Directive, name: str) -> str | None:
    """rewrite name: the name to ask for instead, None when the rule is not about this one."""
    words = [word for word in rule.args if word not in ('stop', 'continue')]
    if not words or words[0] != 'name' or len(words) < 3:
        return None
    kind, (old, new) = ('exact', words[1:3]) if len(words) == 3 or words[1] not in (
        'exact', 'suffix', 'prefix', 'substring', 'regex') else (words[1], words[2:4])
    old, new = old.lower().rstrip('.'), new.rstrip('.')
    match kind:
        case 'suffix' if name.endswith(old):
            return name[:len(name) - len(old)] + new
        case 'prefix' if name.startswith(old):
            return new + name[len(old):]
        case 'substring' if old in name:
            return name.replace(old, new)
        case 'regex' if (found := re.fullmatch(old.rstrip('$').rstrip('\\.'), name)) is not None:
            return re.sub(r'\{(\d)\}', lambda match: found[int(match[1])] or '', new)
        case 'exact' if name == old:
            return new
    return None
