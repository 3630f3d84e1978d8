"""Which protocol an upgraded connection speaks: a WebSocket's subprotocol, or SPDY on the bare connection.

What a real v1.36 takes: kubectl from 1.31 on asks for WebSockets, older ones and many Go programs for SPDY, the Python
and JavaScript clients for v4 or v5 over WebSockets.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from tutor.apimachinery import errors

V5, V4, V1 = 'v5.channel.k8s.io', 'v4.channel.k8s.io', 'channel.k8s.io'
UNNAMED = ''
"""What clients speak that name no protocol: the first version."""
PORT_FORWARD = 'portforward.k8s.io'
TUNNEL = 'SPDY/3.1+'
"""Before a WebSocket's subprotocol: its messages are the bytes of a SPDY connection."""
SPDY = 'spdy/3.1'
VERSION_HEADER = 'X-Stream-Protocol-Version'


@dataclass(frozen=True, slots=True)
class Agreement:
    """What both sides speak from now on: `protocol` names it, on a WebSocket or not, its streams multiplexed by SPDY
    or each message marked with its channel."""

    protocol: str
    websocket: bool
    spdy: bool


EXECUTION = (V5, V4, V1, UNNAMED)
WEBSOCKET = {'exec': EXECUTION, 'attach': EXECUTION,
             'portforward': (TUNNEL + PORT_FORWARD, V4, PORT_FORWARD, UNNAMED)}
BARE = {'exec': (V4,), 'attach': (V4,), 'portforward': (PORT_FORWARD,)}


def agree(http: web.BaseRequest, subresource: str) -> Agreement:
    """The first protocol of the client's that is spoken here; raises BadRequest, Forbidden."""
    upgrade = http.headers.get('Upgrade', '').lower()
    if upgrade == 'websocket':
        offered, spoken = _listed(http, 'Sec-WebSocket-Protocol') or [UNNAMED], WEBSOCKET[subresource]
    elif upgrade == SPDY:
        offered, spoken = _listed(http, VERSION_HEADER), BARE[subresource]
    else:
        raise errors.bad_request('Upgrade request required')
    found = next((protocol for protocol in offered if protocol in spoken), None)
    if found is None:
        raise errors.bad_request(f'unable to upgrade: unable to negotiate protocol: client supports '
                                 f'[{" ".join(offered)}], server accepts [{" ".join(spoken)}]')
    return Agreement(found, upgrade == 'websocket', upgrade == SPDY or found.startswith(TUNNEL))


def _listed(http: web.BaseRequest, header: str) -> list[str]:
    return [text.strip() for value in http.headers.getall(header, []) for text in value.split(',') if text.strip()]
