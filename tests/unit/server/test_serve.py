"""`tutor serve` as a program: it says where it is, answers, and stops cleanly on Ctrl-C."""

from __future__ import annotations

import signal
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tutor.cli import main


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    path = tmp_path / 'cluster.yaml'
    path.write_text('nodes: []\naddons: []\n')
    return path


def test_serves_a_bare_api_until_interrupted(bare: Path, tmp_path: Path) -> None:
    kubeconfig = tmp_path / 'kubeconfig'
    program = subprocess.Popen(
        [sys.executable, '-c', 'from tutor.cli import main; raise SystemExit(main())', 'serve', '--lang', 'en',
         '--port', '0', '--cluster', str(bare), '--kubeconfig', str(kubeconfig)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert program.stdout is not None
        said = program.stdout.readline()
        assert program.stdout.readline() == f'export KUBECONFIG={kubeconfig}\n'
        url = said.split()[5].rstrip('.')
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with urllib.request.urlopen(f'{url}/readyz', context=context) as answer:
            assert answer.read() == b'ok'
        program.send_signal(signal.SIGINT)
        assert program.wait(10) == 0
        assert program.stderr is not None and program.stderr.read() == ''
    finally:
        program.kill()
        program.communicate()


def test_does_not_write_over_a_file_of_somebody_else(bare: Path, tmp_path: Path, capsys) -> None:
    mine = tmp_path / 'config'
    mine.write_text('mine')
    code = main(['serve', '--lang', 'en', '--port', '0', '--cluster', str(bare), '--kubeconfig', str(mine)])
    assert code == 2 and mine.read_text() == 'mine'
    assert 'was not written by `tutor serve`' in capsys.readouterr().err


def test_an_unknown_exercise_is_bad_input(capsys) -> None:
    assert main(['serve', '--lang', 'en', '--lesson', 'no/such/exercise']) == 2
    assert 'there is no exercise no/such/exercise' in capsys.readouterr().err
