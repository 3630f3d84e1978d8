"""Containers that a profile of their node confines: AppArmor's, seccomp's, and users of their own."""

from __future__ import annotations

import pytest

from tutor.session.workbench import Workbench
from tutor.shell.apparmor import BadProfile, parse

DENY = """\
#include <tunables/global>
profile deny-write flags=(attach_disconnected) {
  #include <abstractions/base>
  file,
  # Deny all file writes.
  deny /** w,
}
"""
PODS = {
    'deny': '"appArmorProfile":{"type":"Localhost","localhostProfile":"deny-write"}',
    'unknown': '"appArmorProfile":{"type":"Localhost","localhostProfile":"nobodys"}',
    'missing': '"seccompProfile":{"type":"Localhost","localhostProfile":"profiles/missing.json"}',
    'nothing': '"seccompProfile":{"type":"Localhost","localhostProfile":"profiles/nothing.json"}',
    'nomkdir': '"seccompProfile":{"type":"Localhost","localhostProfile":"profiles/nomkdir.json"}',
    'plain': '"runAsUser":0',
}
SECCOMP = {
    'nothing': '{"defaultAction":"SCMP_ACT_ERRNO"}',
    'nomkdir': '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO"}]}',
}


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    bench.run(f"cat > deny.profile <<'EOF'\n{DENY}EOF\nscp deny.profile node01:")
    bench.run('ssh node01 sudo apparmor_parser -q deny.profile')
    for name, profile in SECCOMP.items():
        bench.run(f"echo '{profile}' > {name}.json; scp {name}.json node01:")
    folder = '/var/lib/kubelet/seccomp/profiles'
    bench.run(f'ssh node01 "sudo mkdir -p {folder}; sudo cp *.json {folder}"')
    for name, context in PODS.items():
        bench.run(
            f'kubectl run {name} --image=busybox --overrides='
            f"""'{{"spec":{{"nodeName":"node01","securityContext":{{{context}}}}}}}' -- sleep 1d"""
        )
    bench.run("""kubectl run users --image=busybox --overrides='{"spec":{"hostUsers":false}}' -- sleep 1d""")
    bench.simulation.advance(20)
    return bench


def run(bench: Workbench, pod: str, command: str) -> str:
    ran = bench.run(f'kubectl exec {pod} -- {command}')
    return ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ('pod', 'command', 'said'),
    [
        ('deny', 'touch /tmp/test', 'touch: /tmp/test: Permission denied\n'),
        ('deny', 'mkdir /tmp/test', "mkdir: can't create directory '/tmp/test': Permission denied\n"),
        ('deny', 'cat /proc/1/attr/current', 'deny-write (enforce)\n'),
        ('nomkdir', 'mkdir /tmp/test', "mkdir: can't create directory '/tmp/test': Operation not permitted\n"),
        ('nomkdir', 'touch /tmp/test', ''),
        ('plain', 'cat /proc/1/attr/current', 'cri-containerd.apparmor.d (enforce)\n'),
        ('plain', 'cat /proc/self/uid_map', '         0          0 4294967295\n'),
        ('plain', 'readlink /proc/self/ns/user', 'user:[4026531837]\n'),
    ],
)
def test_a_confined_process_is_refused_what_its_profile_denies(bench, pod: str, command: str, said: str) -> None:
    assert run(bench, pod, command).removesuffix('command terminated with exit code 1\n') == said


def test_a_pod_may_have_users_of_its_own(bench: Workbench) -> None:
    inside, outside, count = map(int, run(bench, 'users', 'cat /proc/self/uid_map').split())
    assert (inside, count) == (0, 65536)
    assert outside % 65536 == 0
    assert outside > 0
    assert run(bench, 'users', 'readlink /proc/self/ns/user') != run(bench, 'plain', 'readlink /proc/self/ns/user')


@pytest.mark.parametrize(
    ('pod', 'reasons', 'message'),
    [
        ('unknown', 'CreateContainerError', 'failed to get container spec opts: failed to generate apparmor spec opts: '
         'apparmor profile not found nobodys'),
        ('missing', 'CreateContainerError', 'failed to create containerd container: cannot load seccomp profile '
         '"/var/lib/kubelet/seccomp/profiles/missing.json": open /var/lib/kubelet/seccomp/profiles/missing.json: no '
         'such file or directory'),
        ('nothing', 'RunContainerError CrashLoopBackOff', ''),
    ],
)  # fmt: skip
def test_a_container_without_its_profile_does_not_start(bench, pod: str, reasons: str, message: str) -> None:
    waiting = f"kubectl get pod {pod} -o jsonpath='{{.status.containerStatuses[0].state.waiting.%s}}'"
    assert bench.run(waiting % 'reason').stdout in reasons.split()
    if message:
        assert bench.run(waiting % 'message').stdout == message


def test_profiles_are_loaded_replaced_removed_and_listed(bench: Workbench) -> None:
    parser = 'ssh node01 sudo apparmor_parser'
    assert bench.run(f'{parser} deny.profile').stderr == (
        'apparmor_parser: Unable to add "deny-write".  Profile already exists\n'
    )
    assert bench.run(f'{parser} -r deny.profile').code == 0
    assert '   deny-write\n' in bench.run('ssh node01 sudo aa-status').stdout
    assert 'deny-write (enforce)\n' in bench.run('ssh node01 sudo cat /sys/kernel/security/apparmor/profiles').stdout
    assert bench.run(f'{parser} -R deny.profile').code == 0
    assert 'deny-write' not in bench.run('ssh node01 sudo aa-status').stdout


@pytest.mark.parametrize(
    ('rules', 'path', 'allowed'),
    [
        ('file,', '/etc/passwd', True),
        ('file, deny /etc/** w,', '/etc/ssl/key', False),
        ('file, deny /etc/** w,', '/tmp/a', True),
        ('file, deny /etc/* w,', '/etc/ssl/key', True),
        ('/tmp/{a,b} rw,', '/tmp/b', True),
        ('/tmp/{a,b} rw,', '/tmp/c', False),
        ('/** r,', '/tmp/c', False),
        ('file, audit deny /proc/** w, capability, network inet,', '/proc/sys/x', False),
    ],
)
def test_rules_about_files(rules: str, path: str, allowed: bool) -> None:
    [profile] = parse(f'profile p {{ {rules} }}', 'p')
    assert profile.allows(path, 'w') is allowed


def test_what_is_no_profile_is_refused() -> None:
    for text in ('profile p { file,', 'nonsense'):
        with pytest.raises(BadProfile):
            parse(text, 'p')
