"""/proc/<pid> of a node: its own processes and those of its containers."""

from __future__ import annotations

from tests.unit.machine.conftest import Desk

KUBELET = 'P=/proc/$(pgrep -x kubelet)'


def on_node(shared: Desk, command: str) -> str:
    return shared.out(f"ssh node01 '{command}'")


def test_the_kubelets_command_line_is_there_as_the_documentation_reads_it(shared: Desk) -> None:
    shown = on_node(shared, 'tr \\\\0 " " < /proc/"$(pgrep kubelet)"/cmdline')
    assert shown.startswith('/usr/bin/kubelet --bootstrap-kubeconfig=')
    assert '--config=/var/lib/kubelet/config.yaml ' in shown


def test_who_runs_it_reads_its_environment(shared: Desk) -> None:
    assert 'Permission denied' in on_node(shared, f'{KUBELET}; cat $P/environ')
    assert 'KUBELET_CONFIG_ARGS=' in on_node(shared, f'{KUBELET}; sudo cat $P/environ | tr "\\0" "\\n"')
    assert on_node(shared, f'{KUBELET}; cat $P/cgroup $P/oom_score_adj') == '0::/system.slice/kubelet.service\n-999\n'
    assert 'PPid:\t1\n' in on_node(shared, f'{KUBELET}; cat $P/status')


def test_processes_of_containers_are_there_too_as_long_as_they_run(desk: Desk) -> None:
    desk.out('kubectl run web --image=busybox --overrides=\'{"spec":{"nodeName":"node01","containers":[{"name":"web",'
             '"image":"busybox","command":["sleep","4321"],"resources":{"requests":{"memory":"64Mi"}}}]}}\'')
    desk.wait(5)
    number = desk.out('ssh node01 "pgrep -x sleep"').strip()
    assert desk.out(f"ssh node01 'cat /proc/{number}/cmdline' | tr '\\0' ' '") == 'sleep 4321 '
    assert desk.out(f"ssh node01 'cat /proc/{number}/oom_score_adj'") == '985\n'
    desk.out('kubectl delete pod web --now')
    assert 'No such file or directory' in desk.out(f"ssh node01 'ls /proc/{number}'")


def test_what_is_set_in_proc_stays(desk: Desk) -> None:
    desk.out("ssh node01 'sudo sysctl -w net.ipv4.ip_forward=0; sudo modprobe -r br_netfilter'")
    assert desk.out("ssh node01 'cat /proc/sys/net/ipv4/ip_forward; lsmod | grep -c br_netfilter'") == '0\n0\n'
    inside = 'kubectl debug node/node01 -q -i --image=busybox -- cat'
    assert desk.out(f'{inside} /host/proc/sys/net/ipv4/ip_forward') == '0\n'
