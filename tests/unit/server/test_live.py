"""The shell on a real cluster, with a served one in that place: over HTTPS, by a kubeconfig of this machine."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

pytest.importorskip('httpx', reason='the extra `live` is not installed')
pytest.importorskip('websockets', reason='the extra `live` is not installed')

from tutor.cli import main
from tutor.session.live.door import Door, NoContext
from tutor.session.live.session import LiveSession

RUN = """\
kubectl run live --image=busybox:1.36 --restart=Never -- sh -c 'echo begun; while true; do sleep 1; echo tick; done'
"""
Config = dict[str, object]


@pytest.fixture(scope='module')
def shell(served) -> Iterator[LiveSession]:
    door = Door(served.kubeconfig, '')
    session = LiveSession(door)
    session.run(RUN)
    assert session.run('kubectl wait --for=condition=Ready pod/live --timeout=15s').code == 0
    yield session
    session.run('kubectl delete pod live --now')
    door.close()


@pytest.fixture
def door_with(served, tmp_path: Path) -> Iterator[Callable[[Callable[[dict, dict], None]], Door]]:
    """A door whose cluster and user were changed first."""
    doors: list[Door] = []

    def change(edit: Callable[[dict, dict], None]) -> Door:
        config = yaml.safe_load(served.kubeconfig.read_text())
        edit(config['clusters'][0]['cluster'], config['users'][0]['user'])
        path = tmp_path / 'changed'
        path.write_text(yaml.safe_dump(config))
        doors.append(Door(path, ''))
        return doors[-1]

    yield change
    for door in doors:
        door.close()


def test_reads_and_writes(shell: LiveSession) -> None:
    assert 'node01' in shell.run('kubectl get nodes').stdout
    assert shell.run('kubectl create configmap far --from-literal=a=b').stdout == 'configmap/far created\n'
    assert shell.run("kubectl get cm far -o jsonpath='{.data.a}'").stdout == 'b'
    assert shell.run('kubectl delete cm far').stdout == 'configmap "far" deleted from default namespace\n'
    refused = shell.run('kubectl get pods --as=nobody')
    assert refused.code == 1 and refused.stderr.startswith('Error from server (Forbidden): pods is forbidden: User')


def test_exec_has_streams_and_exit_codes(shell: LiveSession) -> None:
    ran = shell.run("kubectl exec live -- sh -c 'echo out; echo err >&2; exit 3'")
    assert (ran.code, ran.stdout, ran.stderr) == (3, 'out\n', 'err\ncommand terminated with exit code 3\n')
    assert shell.run('echo typed | kubectl exec -i live -- cat').stdout == 'typed\n'
    assert shell.run('kubectl exec nosuch -- true').stderr == 'Error from server (NotFound): pods "nosuch" not found\n'


def test_ports_are_forwarded_until_it_is_interrupted(shell: LiveSession) -> None:
    shell.run('kubectl run web --image=nginx --port=80; kubectl expose pod web --port=81 --target-port=80; '
              'kubectl wait --for=condition=Ready pod/web --timeout=15s')
    shell.run('kubectl port-forward service/web 8080:81 :81 > ports 2>&1 & '
              'until [ $(grep -c 127.0.0.1 ports) = 2 ]; do sleep 0.1; done')
    assert shell.run('head -1 ports').stdout == 'Forwarding from 127.0.0.1:8080 -> 80\n'
    assert '<title>Welcome to nginx!</title>' in shell.run('curl -s localhost:8080').stdout
    assert shell.run('curl -s -o /dev/null -w "%{http_code}" localhost:8080/nosuch').stdout == '404'
    shell.run('kill -INT %1; wait')
    assert shell.run('tail -1 ports').stdout == 'Handling connection for 8080\n'
    assert shell.run('curl -sS localhost:8080').code == 7
    shell.run('kubectl delete pod/web service/web --now')


def test_a_port_where_nobody_listens_ends_the_forwarding(shell: LiveSession) -> None:
    shell.run('kubectl port-forward pod/live 9000 > closed 2>&1 & until grep -q 127 closed; do sleep 0.1; done; '
              'curl -s localhost:9000; wait')
    assert shell.run('tail -1 closed').stdout == 'error: lost connection to pod\n'
    assert 'an error occurred forwarding 9000 -> 9000: ' in shell.run('cat closed').stdout


def test_logs_and_watches_stream_until_they_are_stopped(shell: LiveSession) -> None:
    assert shell.run('kubectl logs -f live | head -2').stdout == 'begun\ntick\n'
    watched = shell.run('timeout 1 kubectl get pods live -w')
    assert watched.code == 124 and 'live' in watched.stdout


def test_what_was_typed_comes_back(shell: LiveSession) -> None:
    shown: list[str] = []
    shell.terminal.on_output = shown.append
    for text in ('echo one', '!!', '!nosuch'):
        shell.submit(text)
        while shell.running:
            shell.pump(0.1)
    assert ''.join(shown) == 'one\r\necho one\r\none\r\nbash: !nosuch: event not found\r\n'


def test_no_other_server_is_reached(shell: LiveSession) -> None:
    refused = shell.run('kubectl --server=https://example.com get pods').stderr
    assert 'The connection to the server example.com was refused' in refused


def test_nothing_typed_runs_a_program_of_this_machine(shell: LiveSession, tmp_path: Path) -> None:
    mark = tmp_path / 'ran'
    shell.run(f'cp ~/.kube/config k && KUBECONFIG=k kubectl config set-credentials tutor-token --token= '
              f'--exec-command=touch --exec-arg={mark} --exec-api-version=client.authentication.k8s.io/v1')
    shell.run('KUBECONFIG=k kubectl get pods')
    assert not mark.exists()


def test_tokens_from_files_and_programs_stay_outside_the_shell(door_with, tmp_path: Path) -> None:
    def by_file(_: Config, user: dict) -> None:
        (tmp_path / 'token').write_text(user.pop('token'))
        user['tokenFile'] = str(tmp_path / 'token')

    def by_program(_: Config, user: dict) -> None:
        given = {'apiVersion': 'client.authentication.k8s.io/v1', 'kind': 'ExecCredential',
                 'status': {'token': user.pop('token')}}
        program = tmp_path / 'plugin'
        program.write_text(f'#!/bin/sh\ncat <<END\n{json.dumps(given)}\nEND\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        user['exec'] = {'apiVersion': given['apiVersion'], 'command': str(program), 'interactiveMode': 'Never'}

    for edit in (by_file, by_program):
        session = LiveSession(door_with(edit))
        assert 'kubernetes-admin' in session.run('kubectl auth whoami').stdout
        inside = session.run('cat ~/.kube/config').stdout
        assert 'exec' not in inside and 'tokenFile' not in inside and 'token: kept-outside-the-shell' in inside


def test_a_program_that_fails_is_named(door_with) -> None:
    def edit(_: Config, user: dict) -> None:
        del user['token']
        user['exec'] = {'apiVersion': 'client.authentication.k8s.io/v1', 'command': 'false'}

    error = LiveSession(door_with(edit)).run('kubectl get pods').stderr
    assert 'getting credentials: exec: executable false failed with exit code 1' in error


def test_certificates_are_checked_unless_told_not_to(door_with) -> None:
    def unknown(cluster: dict, _: Config) -> None:
        del cluster['certificate-authority-data']

    def insecure(cluster: dict, _: Config) -> None:
        unknown(cluster, _)
        cluster['insecure-skip-tls-verify'] = True

    assert 'tls: failed to verify certificate: x509: ' in LiveSession(door_with(unknown)).run('kubectl get ns').stderr
    assert 'kube-system' in LiveSession(door_with(insecure)).run('kubectl get ns').stdout


def test_a_client_certificate_proves_its_user(served) -> None:
    door = Door(served.kubeconfig, 'tutor-certificate')
    assert LiveSession(door).run('kubectl auth whoami').code == 0
    door.close()


def test_the_command_line_says_that_it_is_real(served, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(['play', '--kubeconfig', str(served.kubeconfig), '-c', 'kubectl get ns', '--lang', 'both']) == 0
    out, err = capfd.readouterr()
    assert 'kube-system' in out and '真实的集群' in err and 'REAL cluster: context tutor' in err
    assert main(['play', '--kubeconfig', str(served.kubeconfig), '--context', 'nope', '-c', 'true']) == 2
    assert 'nope' in capfd.readouterr().err


def test_a_context_that_is_not_there(served) -> None:
    with pytest.raises(NoContext):
        Door(served.kubeconfig, 'nope')
