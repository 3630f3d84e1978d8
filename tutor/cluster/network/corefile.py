"""The Corefile: server blocks with their plugins, and what is wrong in one (coredns/caddy's caddyfile)."""

from __future__ import annotations

from dataclasses import dataclass, field

_PLUGINS = """
root metadata geoip cancel tls quic timeouts multisocket reload nsid bufsize bind debug trace ready health pprof
prometheus errors log dnstap local dns64 acl any chaos loadbalance tsig cache rewrite header dnssec autopath minimal
template transfer hosts route53 azure clouddns k8s_external kubernetes file auto secondary etcd loop forward grpc
erratic
whoami on sign view nomad
"""
PLUGINS = frozenset(_PLUGINS.split())


class CorefileError(Exception):
    """What CoreDNS refuses; the text is its own, after the file's name."""


@dataclass(frozen=True, slots=True)
class Directive:
    """A plugin's line, and the lines in its braces."""

    name: str
    args: tuple[str, ...]
    line: int
    body: tuple[tuple[str, ...], ...] = ()

    def option(self, name: str) -> tuple[str, ...] | None:
        """The words after the first line of the body that begins so."""
        return next((words[1:] for words in self.body if words[0] == name), None)


@dataclass(slots=True)
class ServerBlock:
    """Zones with a port, and the plugins that answer for them."""

    zones: tuple[str, ...]
    port: int
    directives: dict[str, list[Directive]] = field(default_factory=dict)

    def first(self, plugin: str) -> Directive | None:
        return next(iter(self.directives.get(plugin, ())), None)


def parse(text: str, path: str) -> list[ServerBlock]:
    """The server blocks of a file. Raises CorefileError."""
    lines = [(number, words) for number, line in enumerate(text.splitlines(), 1)
             if (words := _words(line))]
    blocks: list[ServerBlock] = []
    position = 0
    while position < len(lines):
        number, words = lines[position]
        if words[-1] != '{':
            raise CorefileError(f"{path}:{number} - Error during parsing: Unknown directive '{words[0]}'")
        block = _block(words[:-1])
        position = _fill(block, lines, position + 1, path)
        blocks.append(block)
    return blocks


def _words(line: str) -> list[str]:
    return line.partition('#')[0].replace(',', ' ').split()


def _block(keys: list[str]) -> ServerBlock:
    zones, port = [], 53
    for key in keys or ['.']:
        name, colon, number = key.removeprefix('dns://').rpartition(':')
        if colon and number.isdigit():
            port = int(number)
        else:
            name = key
        zones.append((name or '.').lower().rstrip('.') or '.')
    return ServerBlock(tuple(zones), port)


def _fill(block: ServerBlock, lines: list[tuple[int, list[str]]], position: int, path: str) -> int:
    """Read the directives of a block; the place after its closing brace."""
    last = lines[-1][0]
    while position < len(lines):
        number, words = lines[position]
        position += 1
        if words == ['}']:
            return position
        name = words[0]
        if name not in PLUGINS:
            raise CorefileError(f"{path}:{number} - Error during parsing: Unknown directive '{name}'")
        body: list[tuple[str, ...]] = []
        if words[-1] == '{':
            words = words[:-1]
            while position < len(lines) and lines[position][1] != ['}']:
                body.append(tuple(lines[position][1]))
                position += 1
            if position >= len(lines):
                break
            position += 1
        block.directives.setdefault(name, []).append(Directive(name, tuple(words[1:]), number, tuple(body)))
    raise CorefileError(f"{path}:{last} - Error during parsing: Unexpected EOF")
