"""systemctl and journalctl: units of a node, what they do to the cluster, and what they say."""

from __future__ import annotations

import pytest

from tests.unit.machine.conftest import Desk

KUBELET = 'kubelet.service - kubelet: The Kubernetes Node Agent'


def test_a_running_unit_shows_its_process_and_its_last_lines(shared: Desk) -> None:
    shown = shared.out('ssh node01 systemctl status kubelet')
    assert shared.code == 0
    assert shown.startswith(f'● {KUBELET}\n'
                            '     Loaded: loaded (/usr/lib/systemd/system/kubelet.service; enabled; preset: enabled)\n'
                            '    Drop-In: /usr/lib/systemd/system/kubelet.service.d\n'
                            '             └─10-kubeadm.conf\n'
                            '     Active: active (running) since Mon 2026-05-04 09:00:00 UTC; ')
    assert '\n   Main PID: 613 (kubelet)\n' in shown
    assert ('\n     CGroup: /system.slice/kubelet.service\n             └─613 /usr/bin/kubelet '
            '--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf '
            '--config=/var/lib/kubelet/config.yaml\n') in shown
    assert 'node01 kubelet[613]: I0504 09:00:00.000000     613 server.go:1262] "Started kubelet"\n' in shown


@pytest.mark.parametrize(('command', 'said', 'code'), [
    ('systemctl is-active kubelet', 'active\n', 0),
    ('systemctl is-enabled containerd', 'enabled\n', 0),
    ('systemctl is-active nothing', 'inactive\n', 4),
    ('systemctl status nothing', 'Unit nothing.service could not be found.\n', 4),
    ('sudo systemctl start nothing', 'Failed to start nothing.service: Unit nothing.service not found.\n', 5),
    ('systemctl stop kubelet', 'Failed to stop kubelet.service: Interactive authentication required.\n'
     "See system logs and 'systemctl status kubelet.service' for details.\n", 1),
    ('systemctl edit kubelet', 'error: systemctl edit is not simulated\n', 1),
    ('systemctl frobnicate kubelet', "Unknown command verb 'frobnicate'.\n", 1),
    ('systemctl show -p ActiveState,SubState kubelet', 'ActiveState=active\nSubState=running\n', 0),
    ('journalctl -u nothing', '-- No entries --\n', 0),
    ('journalctl --since "some day"', 'Failed to parse timestamp: some day\n', 1),
])
def test_questions_and_their_answers(shared: Desk, command: str, said: str, code: int) -> None:
    assert shared.out(command) == said
    assert shared.code == code


def test_in_a_container_there_is_no_systemd(desk: Desk) -> None:
    desk.out('kubectl run box --image=ubuntu -- sleep 900')
    desk.wait(30)
    assert desk.host.machine is not None
    assert 'not found' in desk.out('kubectl exec box -- systemctl')


def test_a_stopped_kubelet_makes_its_node_not_ready_and_a_started_one_heals_it(desk: Desk) -> None:
    desk.out('ssh root@node01 systemctl stop kubelet')
    assert desk.out('ssh node01 systemctl is-active kubelet') == 'inactive\n'
    assert f'○ {KUBELET}\n' in desk.out('ssh node01 systemctl status kubelet')
    assert desk.code == 3
    desk.wait(60)
    assert 'node01         NotReady' in desk.out('kubectl get nodes')
    assert 'Kubelet stopped posting node status.' in desk.out('kubectl describe node node01')
    desk.out('ssh root@node01 systemctl start kubelet')
    desk.wait(5)
    assert 'NotReady' not in desk.out('kubectl get nodes')


@pytest.mark.parametrize(('harm', 'said'), [
    ('rm /var/lib/kubelet/config.yaml',
     'failed to load kubelet config file, path: /var/lib/kubelet/config.yaml, error: failed to load Kubelet config '
     'file /var/lib/kubelet/config.yaml, error failed to read kubelet config file '
     r'\"/var/lib/kubelet/config.yaml\", error: open /var/lib/kubelet/config.yaml: no such file or directory'),
    ('sed -i s#pki/ca.crt#pki/CA.crt# /var/lib/kubelet/config.yaml',
     'failed to construct kubelet dependencies: unable to load client CA file /etc/kubernetes/pki/CA.crt: '
     'open /etc/kubernetes/pki/CA.crt: no such file or directory'),
    ('sed -i s/^kind:.*/kind:Nothing/ /var/lib/kubelet/config.yaml', 'error failed to decode: '),
    ("sed -i 's/^kind:.*/kind: Nothing/' /var/lib/kubelet/config.yaml",
     r'no kind \"Nothing\" is registered for version \"kubelet.config.k8s.io/v1beta1\"'),
    ("echo 'KUBELET_EXTRA_ARGS=--container-runtime-endpoint=unix:///run/wrong.sock' > /etc/default/kubelet",
     r'failed to run Kubelet: validate service connection: validate CRI v1 runtime API for endpoint '
     r'\"unix:///run/wrong.sock\": rpc error: code = Unavailable desc = connection error: desc = \"transport: '
     r'Error while dialing: dial unix /run/wrong.sock: connect: no such file or directory\"'),
    ("echo 'KUBELET_EXTRA_ARGS=--no-such-flag' > /etc/default/kubelet",
     'failed to parse kubelet flag: unknown flag: --no-such-flag'),
    ('mv /etc/kubernetes/kubelet.conf /root/',
     'failed to run Kubelet: unable to load bootstrap kubeconfig: stat /etc/kubernetes/bootstrap-kubelet.conf: '
     'no such file or directory'),
])
def test_a_kubelet_that_is_configured_wrongly_crashes_again_and_again(desk: Desk, harm: str, said: str) -> None:
    desk.out(f'ssh root@node01 "{harm}; systemctl restart kubelet"')
    desk.wait(25)
    shown = desk.out('ssh node01 systemctl status kubelet')
    assert 'Active: activating (auto-restart) (Result: exit-code)' in shown
    assert '(code=exited, status=1/FAILURE)' in shown
    log = desk.out('ssh node01 journalctl -u kubelet --no-pager')
    assert 'run.go:72] "command failed" err="failed to ' in log
    assert said in log
    assert 'kubelet.service: Scheduled restart job, restart counter is at 2.\n' in log


def test_a_mended_kubelet_comes_back_by_itself(desk: Desk) -> None:
    desk.out('ssh root@node01 "mv /var/lib/kubelet/config.yaml /root/; systemctl restart kubelet"')
    desk.wait(60)
    assert 'NotReady' in desk.out('kubectl get node node01')
    desk.out('ssh root@node01 mv /root/config.yaml /var/lib/kubelet/')
    desk.wait(15)
    assert 'NotReady' not in desk.out('kubectl get node node01')


def test_without_its_runtime_a_node_is_soon_not_ready(desk: Desk) -> None:
    desk.out('ssh root@node01 systemctl stop containerd')
    desk.wait(50)
    assert 'container runtime is down' in desk.out('kubectl describe node node01')
    assert 'Container runtime sanity check failed' in desk.out('ssh node01 journalctl -u kubelet')
    desk.out('kubectl run web --image=nginx --overrides=\'{"spec": {"nodeName": "node01"}}\'')
    desk.wait(30)
    assert 'Pending' in desk.out('kubectl get pod web')
    desk.out('ssh root@node01 systemctl start containerd')
    desk.wait(30)
    assert 'Running' in desk.out('kubectl get pod web')
    assert 'NotReady' not in desk.out('kubectl get nodes')


def test_without_a_network_for_pods_a_node_is_not_ready(desk: Desk) -> None:
    why = ('container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network '
           'plugin returns error: cni plugin not initialized')
    desk.out('ssh root@node01 mv /etc/cni/net.d/10-bridge.conflist /root')
    desk.wait(10)
    assert why in desk.out('kubectl describe node node01')
    assert 'NetworkPluginNotReady' in desk.out('ssh root@node01 crictl info')
    desk.out('kubectl run web --image=nginx --overrides=\'{"spec": {"nodeName": "node01"}}\'')
    desk.wait(10)
    assert f'network is not ready: {why}' in desk.out('kubectl describe pod web')
    desk.out('ssh root@node01 "mv /root/10-bridge.conflist /etc/cni/net.d; rm /opt/cni/bin/bridge"')
    desk.wait(15)
    assert ' Ready ' in desk.out('kubectl get node node01')
    assert 'plugin type="bridge" failed (add): failed to find plugin "bridge" in path [/opt/cni/bin]' in desk.out(
        'kubectl describe pod web')


def test_a_broken_unit_file_is_read_after_daemon_reload(desk: Desk) -> None:
    drop_in = '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf'
    desk.out(f'sudo sed -i s#/usr/bin/kubelet#/usr/local/bin/kubelet# {drop_in}')
    assert "Run 'systemctl daemon-reload' to reload units." in desk.out('sudo systemctl restart kubelet')
    assert desk.out('systemctl is-active kubelet') == 'active\n'
    desk.out('sudo systemctl daemon-reload; sudo systemctl restart kubelet')
    assert "status=203/EXEC" in desk.out('systemctl status kubelet')
    assert "Unable to locate executable '/usr/local/bin/kubelet': No such file or directory" in desk.out(
        'journalctl -u kubelet')


def test_a_unit_of_one_s_own_can_be_enabled_and_killed(desk: Desk) -> None:
    desk.out("""printf '[Unit]\\nDescription=My loop\\n[Service]\\nExecStart=/usr/bin/bash -c "while true; do """
             """echo tick; sleep 5; done"\\nRestart=on-failure\\n[Install]\\nWantedBy=multi-user.target\\n' """
             """| sudo tee /etc/systemd/system/loop.service >/dev/null""")
    assert desk.out('sudo systemctl enable --now loop') == (
        'Created symlink /etc/systemd/system/multi-user.target.wants/loop.service → '
        '/etc/systemd/system/loop.service.\n')
    desk.wait(11)
    assert desk.out('journalctl -u loop -o cat').count('tick\n') == 3
    desk.out('sudo systemctl kill -s KILL loop')
    desk.wait(1)
    assert desk.out('systemctl show -p NRestarts --value loop') == '1\n'
    assert 'code=killed, status=9/KILL' in desk.out('journalctl -xeu loop')
    assert desk.out('sudo systemctl disable --now loop') == (
        'Removed "/etc/systemd/system/multi-user.target.wants/loop.service".\n')
    assert desk.out('systemctl is-enabled loop; systemctl is-active loop') == 'disabled\ninactive\n'


def test_the_journal_is_followed(desk: Desk) -> None:
    shown = desk.type('timeout 30 journalctl -fu kubelet & sleep 2; sudo systemctl restart kubelet; wait')
    assert f'systemd[1]: Stopped {KUBELET}.\n' in shown


def test_a_kubelet_that_is_sent_to_another_server_says_so_and_its_node_is_lost(desk: Desk) -> None:
    desk.out('ssh root@node01 "sed -i s/:6443/:6553/ /etc/kubernetes/kubelet.conf; systemctl restart kubelet"')
    desk.wait(60)
    assert 'NotReady' in desk.out('kubectl get node node01')
    assert 'dial tcp 172.30.1.2:6553: connect: connection refused' in desk.out('ssh node01 journalctl -u kubelet')
    desk.out('ssh root@node01 "sed -i s/:6553/:6443/ /etc/kubernetes/kubelet.conf; systemctl restart kubelet"')
    desk.wait(15)
    assert 'NotReady' not in desk.out('kubectl get node node01')


def test_the_ports_of_a_node_and_who_has_them(shared: Desk) -> None:
    shown = shared.out('sudo ss -tlnp')
    assert '0.0.0.0:22 ' in shown or '*:22 ' in shown
    assert 'users:(("kubelet",pid=614,fd=' in shown
    assert '("etcd",pid=' in shown
    assert '("kubelet"' not in shared.out('ss -tlnp')
    assert '614/kubelet' in shared.out('sudo netstat -tlnp')


@pytest.mark.parametrize(('line', 'words'), [
    ('--max-pods=50 --v=4', '--max-pods=50 --v=4'), ('"--max-pods=50  --v=4"  ', '--max-pods=50 --v=4'),
    (r'--max-pods=50\ --v=4 # no comment', '--max-pods=50 --v=4 # no comment')])
def test_a_value_of_an_environment_file_goes_to_the_end_of_its_line(desk: Desk, line: str, words: str) -> None:
    desk.out(f"sudo tee /etc/default/kubelet <<'EOF'\n# more flags\nKUBELET_EXTRA_ARGS={line}\nEOF")
    desk.out("sudo sed -i 's|^ExecStart=/usr.*|ExecStart=/bin/echo $KUBELET_EXTRA_ARGS|' "
             '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf; sudo systemctl daemon-reload')
    desk.out('sudo systemctl restart kubelet')
    desk.wait(1)
    assert f': {words}\n' in desk.out('sudo journalctl -u kubelet -n 20')


def test_service_hands_on_to_systemctl(small: Desk) -> None:
    small.out('sudo service kubelet stop')
    assert small.out('service kubelet status').startswith('○ kubelet.service - kubelet: The Kubernetes Node Agent\n')
    assert small.code == 3
    small.out('sudo service kubelet start')
    assert small.out('systemctl is-active kubelet') == 'active\n'
    assert small.out('service nosuch status') == 'Unit nosuch.service could not be found.\n'
    assert small.out('service').startswith('Usage: service < option > ')
    assert small.out('service --status-all') == 'service: error: service --status-all is not simulated here\n'


def test_profiles_of_apparmor_have_their_folder(small: Desk) -> None:
    small.out("printf 'profile deny-write {\\n  file,\\n  deny /** w,\\n}\\n' | sudo tee /etc/apparmor.d/deny")
    small.out('sudo apparmor_parser /etc/apparmor.d/deny')
    assert 'deny-write\n' in small.out('sudo aa-status')
    assert 'include <tunables/proc>' in small.out('cat /etc/apparmor.d/tunables/global')
    assert small.out('cut -f2 /etc/fstab') == '/\n'
