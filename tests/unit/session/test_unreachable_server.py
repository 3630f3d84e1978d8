"""kubectl where no API server answers: how long it waits, and what it says then."""

import pytest

from tutor.session.workbench import Workbench

MANIFEST = "echo '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}' | kubectl apply -f - "


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    bench.run('kubectl get ns')
    return bench


def last_line(bench: Workbench, command: str) -> tuple[str, float]:
    """The last line of what a command complains about, and the seconds that it took."""
    begun = bench.simulation.now
    error = bench.run(command).stderr
    return error.splitlines()[-1], round(bench.simulation.now - begun, 1)


@pytest.mark.parametrize(('server', 'seconds', 'words'), [
    ('172.30.1.2:6444', 0, 'The connection to the server 172.30.1.2:6444 was refused - did you specify the right host '
     'or port?'),
    ('10.1.2.3:6443', 150, 'Unable to connect to the server: dial tcp 10.1.2.3:6443: i/o timeout'),
    ('nobody:6443', 0, 'Unable to connect to the server: dial tcp: lookup nobody on 172.30.0.1:53: no such host'),
])
def test_discovery_is_tried_five_times(bench, server, seconds, words) -> None:
    assert last_line(bench, f'kubectl get pods --server=https://{server}') == (words, seconds)


def test_a_request_timeout_ends_the_waiting_earlier(bench) -> None:
    words = ('Unable to connect to the server: context deadline exceeded (Client.Timeout exceeded while awaiting '
             'headers)')
    assert last_line(bench, 'kubectl get pods --server=https://10.1.2.3:6443 --request-timeout=2') == (words, 10)


def test_a_manifest_is_not_even_validated(bench) -> None:
    line, seconds = last_line(bench, f'{MANIFEST} --server=https://10.1.2.3:6443')
    assert line == (
        'error: error validating "STDIN": error validating data: failed to download openapi: Get '
        '"https://10.1.2.3:6443/openapi/v2?timeout=32s": dial tcp 10.1.2.3:6443: i/o timeout; if you choose to ignore '
        'these errors, turn validation off with --validate=false')
    assert seconds == 60


def test_a_request_timeout_ends_what_goes_on(bench) -> None:
    begun = bench.simulation.now
    watched = bench.run('kubectl get ns -w --request-timeout=5s')
    assert (watched.code, watched.stderr, round(bench.simulation.now - begun)) == (0, '', 5)
    bench.run("kubectl run a --image=busybox -- sleep 100; sleep 20")
    followed = bench.run('kubectl logs -f a --request-timeout=3')
    assert followed.stderr == ('error: context deadline exceeded (Client.Timeout or context cancellation while '
                               'reading body)\n')
