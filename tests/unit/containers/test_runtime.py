import pytest

from tutor.cluster.containers.container import EXITED, ContainerMount
from tutor.cluster.containers.runtime import RuntimeFailure
from tutor.shell.vfs import FileSystem


def test_a_container_ends_with_the_exit_status_of_its_command(node) -> None:
    container = node.run('busybox', 'sh', '-c', 'echo out; echo err >&2; exit 7')
    assert (container.state, container.exit_code, container.reason) == (EXITED, 7, 'Error')
    assert node.output(container) == 'out\nerr\n'
    assert [stream for _, stream, _ in container.log.since(0)] == ['stdout', 'stderr']


def test_one_that_ends_well_is_completed(node) -> None:
    container = node.run('busybox', 'true')
    assert (container.exit_code, container.reason) == (0, 'Completed')


@pytest.mark.parametrize(
    ('command', 'words'),
    [
        ('/no/such/program', 'exec: "/no/such/program": stat /no/such/program: no such file or directory'),
        ('no-such-program', 'exec: "no-such-program": executable file not found in $PATH'),
        ('/etc', 'exec: "/etc": is a directory'),
        ('/etc/passwd', 'exec: "/etc/passwd": permission denied'),
    ],
)
def test_a_command_that_cannot_be_run_is_a_start_error(node, command: str, words: str) -> None:
    container = node.create('busybox', command)
    with pytest.raises(RuntimeFailure) as caught:
        node.runtime.start(container)
    assert str(caught.value) == (
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: '
        f'unable to start container process: {words}'
    )
    assert (container.state, container.exit_code, container.reason) == (EXITED, 128, 'StartError')


def test_process_one_ignores_a_term_it_does_not_handle_and_is_killed_after_the_grace_period(node) -> None:
    container = node.run('busybox', 'sleep', '3600')
    before = node.simulation.now
    node.simulation.run_task(node.runtime.stop(container, 30))
    assert node.simulation.now - before == pytest.approx(30)
    assert (container.exit_code, container.reason) == (137, 'Error')


def test_process_one_may_handle_term(node) -> None:
    container = node.run('busybox', 'sh', '-c', "trap 'echo bye; exit 3' TERM; while true; do sleep 1; done")
    node.simulation.run_task(node.runtime.stop(container, 30))
    assert (container.exit_code, node.output(container)) == (3, 'bye\n')


def test_processes_started_inside_end_with_the_container(node) -> None:
    container = node.run('busybox', 'sleep', '3600')
    inside = node.runtime.exec(container, ['sleep', '1000'])
    node.runtime.kill(container)
    node.simulation.run_ready()
    assert inside.exit.done
    assert not container.host.processes


def test_exec_gives_output_and_exit_status(node) -> None:
    container = node.run('busybox', 'sleep', '3600')
    assert node.exec(container, 'sh', '-c', 'echo hello; exit 4') == (4, 'hello\n')
    with pytest.raises(RuntimeFailure, match='executable file not found in \\$PATH'):
        node.runtime.exec(container, ['bash'])


def test_a_command_that_takes_too_long_is_ended(node) -> None:
    container = node.run('busybox', 'sleep', '3600')
    with pytest.raises(TimeoutError):
        node.simulation.run_task(node.runtime.exec_sync(container, ['sleep', '100'], 2))
    assert list(container.host.processes) == [1]


def test_more_memory_than_the_limit_is_oom_killed(node) -> None:
    container = node.run('polinux/stress', 'stress', '--vm', '1', '--vm-bytes', '250M', memory_limit=100 * 1024**2)
    node.simulation.advance(1)
    assert (container.exit_code, container.reason) == (1, 'OOMKilled')
    fits = node.run('polinux/stress', 'stress', '--vm', '1', '--vm-bytes', '50M', memory_limit=100 * 1024**2)
    assert fits.running


@pytest.mark.parametrize('script', ['exec tail /dev/zero', 'x=12345678; while true; do x=$x$x; done'])
def test_what_a_program_holds_counts_against_the_limit(node, script) -> None:
    container = node.run('busybox', 'sh', '-c', script, memory_limit=20 * 1024**2)
    node.simulation.advance(2)
    assert (container.exit_code, container.reason) == (137, 'OOMKilled')


def test_containers_of_one_image_do_not_share_what_they_write(node) -> None:
    first, second = node.run('busybox', 'sleep', '3600'), node.run('busybox', 'sleep', '3600')
    node.exec(first, 'sh', '-c', 'echo mine > /etc/motd; rm /etc/group')
    assert node.exec(first, 'cat', '/etc/motd') == (0, 'mine\n')
    assert node.exec(second, 'ls', '/etc/motd')[0] == 1
    assert node.exec(second, 'cat', '/etc/group')[0] == 0


def test_a_volume_is_writable_on_a_read_only_root(node) -> None:
    volume = FileSystem(lambda: 0.0)
    volume.make_dirs('/inside')
    mounts = [
        ContainerMount('/data', lambda: (volume, '/')),
        ContainerMount('/ro', lambda: (volume, '/'), read_only=True),
    ]
    container = node.run('busybox', 'sleep', '3600', read_only_root=True, mounts=mounts)
    assert node.exec(container, 'touch', '/tmp/x')[1] == 'touch: /tmp/x: Read-only file system\n'
    assert node.exec(container, 'touch', '/data/x')[0] == 0
    assert node.exec(container, 'touch', '/ro/y')[1] == 'touch: /ro/y: Read-only file system\n'
    assert node.exec(container, 'ls', '/ro')[1] == 'inside\nx\n'


def test_the_termination_log_becomes_the_message(node) -> None:
    said = node.run(
        'busybox', 'sh', '-c', 'echo went wrong > /dev/termination-log; exit 1', termination='/dev/termination-log'
    )
    assert said.message == 'went wrong\n'
    printed = node.run(
        'busybox', 'sh', '-c', 'echo last words; exit 1', termination='/dev/termination-log', fallback_to_logs=True
    )
    assert printed.message == 'last words\n'


def test_what_is_written_to_the_main_process_streams_is_logged(node) -> None:
    container = node.run('busybox', 'sleep', '3600')
    node.exec(container, 'sh', '-c', 'echo from exec > /proc/1/fd/1')
    assert node.output(container) == 'from exec\n'


def test_a_log_keeps_to_its_budget(node) -> None:
    container = node.run('busybox', 'true')
    for number in range(3000):
        container.log.append('stdout', f'{number} {"x" * 1000}\n'.encode())
    kept = container.log.since(0)
    assert sum(len(data) for _, _, data in kept) <= 1024 * 1024
    assert kept[-1][2].splitlines()[-1].startswith(b'2999 ')


def test_what_a_shell_executes_takes_the_shells_place(node) -> None:
    container = node.run('nginx', 'sh', '-c', "trap 'echo trapped' TERM; exec nginx -g 'daemon off;'")
    assert [process.argv[0] for process in container.host.own_processes()] == [
        'nginx: master process nginx -g daemon off;', 'nginx: worker process', 'nginx: worker process'
    ]
    node.simulation.run_task(node.runtime.stop(container, 30))
    assert (container.exit_code, container.finished_at < 10) == (0, True)
    assert 'trapped' not in node.output(container)


@pytest.mark.parametrize(('command', 'problem'), [
    ('chown 1:1 /tmp/f', 'chown: /tmp/f: Operation not permitted'),
    ('echo > /home/of', "sh: can't create /home/of: Permission denied"),
    ('chmod 600 /home/of', 'chmod: /home/of: Operation not permitted'),
    ('chroot /', "chroot: can't change root directory to '/': Operation not permitted"),
    ('su nobody', "su: can't set groups: Operation not permitted"),
    ('ip link add d type dummy', 'ip: RTNETLINK answers: Operation not permitted'),
    ('mount -t tmpfs none /mnt', 'mount: permission denied (are you root?)'),
    ('umount /etc', "umount: can't unmount /etc: Operation not permitted"),
    ('hostname new', 'hostname: sethostname: Operation not permitted'),
    ('date -s @0', "date: can't set date: Operation not permitted"),
])
def test_root_without_capabilities_may_little(node, command, problem) -> None:
    container = node.run('busybox', 'sleep', '60', capabilities=0)
    files = container.host.files
    files.put('/home/of', 'another', 0o644)
    files.chown('/home/of', 7, 7)
    files.put('/tmp/f', 'its own', 0o644)
    assert node.exec(container, 'sh', '-c', command)[1].strip().splitlines()[-1] == problem
    assert node.exec(container, 'chown', '0:0', '/tmp/f') == (0, '')
