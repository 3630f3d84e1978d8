"""What happens to the simulated API server, its clients on the network see."""

from __future__ import annotations

import ssl
from datetime import timedelta

import pytest

from tests.unit.server.conftest import Caller, Served


def refuses(caller: Caller) -> bool:
    try:
        caller.ask('GET', '/version')
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False


def test_nobody_listens_while_the_api_server_is_down(serve_bare) -> None:
    served: Served = serve_bare()
    caller, endpoint = Caller(served.kubeconfig), served.cluster.endpoint
    standing = caller.connection()
    served.call(endpoint.close)
    caller.wait(lambda: refuses(caller))
    with pytest.raises(OSError):
        standing.request('GET', '/version')
        standing.getresponse()
    served.call(endpoint.open)
    caller.wait(lambda: not refuses(caller))
    assert caller.ask('GET', '/version')[0] == 200


def test_an_expired_certificate_is_shown_to_who_connects(serve_bare) -> None:
    served: Served = serve_bare()
    caller, endpoint = Caller(served.kubeconfig), served.cluster.endpoint
    caller.context = ssl.create_default_context(cadata=served.cluster.keys.authority().certificate)

    def expire(until) -> None:
        endpoint.certificate_until = until
        endpoint.changed()

    def distrusted() -> bool:
        try:
            caller.ask('GET', '/version')
        except ssl.SSLCertVerificationError as problem:
            return 'certificate has expired' in str(problem)
        return False

    assert not distrusted()
    served.call(lambda: expire(served.cluster.simulation.wall() - timedelta(seconds=1)))
    caller.wait(distrusted)
    served.call(lambda: expire(None))
    caller.wait(lambda: not distrusted())
