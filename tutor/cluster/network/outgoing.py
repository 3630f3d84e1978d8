"""Requests from a machine into the cluster whose answer is there at once: those of the API server, which does not
work in virtual time. How long the answer would have taken, it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from tutor.client.informer import Informers
from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.network.fabric import REFUSED
from tutor.cluster.network.resolver import is_address, parse_hosts
from tutor.cluster.network.stack import Stack
from tutor.cluster.simulation import Pause
from tutor.shell import tls

TOO_SLOW = 'context deadline exceeded'


class Refusal(OSError):
    """Nobody answered; its text is what Go says of it. `slow`: it has to be waited for until the time is over."""

    def __init__(self, text: str, slow: bool = False) -> None:
        super().__init__(text)
        self.slow = slow

    def __str__(self) -> str:
        return self.args[0]


class OutgoingRequests:
    """Asks what listens at an address. Who answers sleeps through its pauses, and counts as too slow beyond what the
    request gives it, or where it waits for something that time alone does not bring.

    `machine` gives the machine that asks: its proxy's rules and its place in the network count; `read` gives
    the text of its files, of which /etc/hosts has the only names that it knows.
    """

    def __init__(self, informers: Informers, machine: Callable[[], Stack], read: Callable[[str], str]) -> None:
        self._read = read
        self._services = informers.of('services')
        self._machine = machine

    def request(self, namespace: str, name: str, port: int, request: HttpRequest) -> HttpResponse:
        """Ask a port of a Service by its cluster IP. Raises Refusal."""
        service = self._services.get(namespace, name)
        if service is None:
            raise Refusal(f'service "{name}" not found')
        request.headers.setdefault('host', f'{name}.{namespace}.svc:{port}')
        return self.request_address(service['spec'].get('clusterIP', ''), port, request)

    def request_address(self, address: str, port: int, request: HttpRequest) -> HttpResponse:
        """Ask an address. Raises Refusal."""
        machine = self._machine()
        if not is_address(address):
            address = self._address(address)
        found = machine.fabric.route(machine, address, port)
        if isinstance(found, str):
            raise Refusal(f'dial tcp {address}:{port}: connect: connection refused' if found == REFUSED else
                          f'dial tcp {address}:{port}: i/o timeout', slow=found != REFUSED)
        if request.secure:
            self._shake_hands(found, request.headers.get('host', address), request.trust)
        respond = getattr(getattr(found, 'serve', None), 'respond', None)
        if respond is None:
            raise Refusal('net/http: HTTP/1.x transport connection broken: malformed HTTP response')
        request.headers.setdefault('host', f'{address}:{port}')
        request.client = (machine.address, machine.free_port())
        return _at_once(respond(request), request.within)

    def _address(self, name: str) -> str:
        """The address of a host's name. Raises Refusal."""
        known = parse_hosts(self._read('/etc/hosts')).get(name.lower())
        if not known:
            server = re.search(r'^nameserver (\S+)', self._read('/etc/resolv.conf'), re.MULTILINE)
            raise Refusal(f'dial tcp: lookup {name} on {server[1] if server else "127.0.0.53"}:53: no such host')
        return known[0]

    def _shake_hands(self, listener: Any, host: str, trust: str | None) -> None:
        """crypto/tls's handshake, in its words. Raises Refusal."""
        if listener.tls is None:
            raise Refusal('http: server gave HTTP response to HTTPS client')
        if trust is None:
            return
        name, simulation = host.partition(':')[0], self._machine().fabric.simulation
        chain, now = listener.tls(name), simulation.wall()
        found = tls.problem(chain, name, [trust], now)
        if found:
            raise Refusal(f'tls: failed to verify certificate: x509: {_words(found, chain, name, now)}')


def _words(found: str, chain: str, name: str, now: datetime) -> str:
    """What crypto/x509 says of a certificate that does not do."""
    leaf = tls.load(chain)[0] if tls.load(chain) else None
    if leaf is None or found in (tls.SELF_SIGNED, tls.UNKNOWN_ISSUER):
        return 'certificate signed by unknown authority'
    if found == tls.WRONG_NAME:
        return f'certificate is valid for {", ".join(tls.names(leaf))}, not {name}'
    word, limit = ('after', leaf.not_valid_after_utc) if found == tls.EXPIRED else ('before', leaf.not_valid_before_utc)
    return (f'certificate has expired or is not yet valid: current time {now:%Y-%m-%dT%H:%M:%SZ} is {word} '
            f'{limit:%Y-%m-%dT%H:%M:%SZ}')


def _at_once(answer: Coroutine[Any, Any, HttpResponse], within: float) -> HttpResponse:
    took = 0.0
    try:
        while isinstance(pause := answer.send(None), Pause):
            took += pause.seconds
            if took > within:
                break
            pause.resolve(None)
    except StopIteration as done:
        done.value.took = took
        return done.value
    answer.close()
    raise Refusal(TOO_SLOW, slow=True)
