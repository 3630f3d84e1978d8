"""`tutor serve` as a program: it says where it is, answers, and stops cleanly on Ctrl-C."""

from __future__ import annotations

import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.server.conftest import Caller
from tutor.cli import main


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    path = tmp_path / 'cluster.yaml'
    path.write_text('nodes: []\naddons: []\n')
    return path


PROGRAM = ('import signal; signal.signal(signal.SIGINT, signal.default_int_handler); '
           'from tutor.cli import main; raise SystemExit(main())')
"""Whoever runs the tests in the background may have let SIGINT be ignored."""


@contextmanager
def running(cluster: Path, kubeconfig: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program, and the address that it says it is at."""
    program = subprocess.Popen(
        [sys.executable, '-c', PROGRAM, 'serve', '--lang', 'en',
         '--port', '0', '--cluster', str(cluster), '--kubeconfig', str(kubeconfig), *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert program.stdout is not None
        said = program.stdout.readline()
        assert program.stdout.readline() == f'export KUBECONFIG={kubeconfig}\n'
        yield program, said.split()[5].rstrip('.')
    finally:
        program.kill()
        program.communicate()


def interrupt(program: subprocess.Popen[str]) -> tuple[int, str]:
    """Ctrl-C: its status, and what it has written to standard error."""
    program.send_signal(signal.SIGINT)
    assert program.stderr is not None
    return program.wait(120), program.stderr.read()


def test_serves_a_bare_api_until_interrupted(bare: Path, tmp_path: Path) -> None:
    with running(bare, tmp_path / 'kubeconfig') as (program, url):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with urllib.request.urlopen(f'{url}/readyz', context=context) as answer:
            assert answer.read() == b'ok'
        assert url.startswith('https://127.0.0.1:') and interrupt(program) == (0, '')


def test_an_address_that_others_can_reach_is_said_to_be_one(bare: Path, tmp_path: Path) -> None:
    with running(bare, tmp_path / 'kubeconfig', '--address', '0.0.0.0') as (program, url):
        assert url.startswith('https://127.0.0.1:')
        assert interrupt(program) == (0, 'Listening on 0.0.0.0: other machines can reach this cluster. Whoever has '
                                         'the kubeconfig can do everything in it.\n')


@pytest.mark.parametrize(('option', 'value', 'said'), [
    ('--speed', '0', '--speed is between 0 and 1000'), ('--speed', 'nan', '--speed is between 0 and 1000'),
    ('--port', '70000', '--port between 0 and 65535'), ('--address', '203.0.113.1', "'203.0.113.1'")])
def test_settings_that_cannot_be_are_bad_input(bare: Path, capsys, option: str, value: str, said: str) -> None:
    assert main(['serve', '--lang', 'en', '--cluster', str(bare), option, value]) == 2
    assert said in capsys.readouterr().err


def test_time_passes_as_fast_as_it_is_told_to(serve_bare) -> None:
    caller = Caller(serve_bare(speed=1000.0).kubeconfig)

    def now() -> datetime:
        body = b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"a"}}'
        made = caller.ask('POST', '/api/v1/namespaces/default/configmaps', body, Content_Type='application/json')[1]
        return datetime.fromisoformat(made['metadata']['creationTimestamp'])

    first = now()
    caller.wait(lambda: now() - first > timedelta(minutes=2))


def test_does_not_write_over_a_file_of_somebody_else(bare: Path, tmp_path: Path, capsys) -> None:
    mine = tmp_path / 'config'
    mine.write_text('mine')
    code = main(['serve', '--lang', 'en', '--port', '0', '--cluster', str(bare), '--kubeconfig', str(mine)])
    assert code == 2 and mine.read_text() == 'mine'
    assert 'was not written by `tutor serve`' in capsys.readouterr().err


def test_an_unknown_exercise_is_bad_input(capsys) -> None:
    assert main(['serve', '--lang', 'en', '--lesson', 'no/such/exercise']) == 2
    assert 'there is no exercise no/such/exercise' in capsys.readouterr().err
