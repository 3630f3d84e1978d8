"""What shows where the files of a container are kept: on a disk in layers, in memory, or nowhere but in the kernel."""

from __future__ import annotations

import pytest

VOLUMES = [{'name': 's', 'secret': {'secretName': 'sec', 'defaultMode': 0o400}},
           {'name': 'm', 'emptyDir': {'medium': 'Memory'}}, {'name': 'e', 'emptyDir': {}}]
MOUNTS = {'volumeMounts': [{'name': name, 'mountPath': f'/{name}'} for name in 'sme']}


def _secret(lab) -> None:
    lab.admin.create('secrets', {'metadata': {'name': 'sec', 'namespace': 'default'}, 'stringData': {'key': 'x'}})


def _columns(text: str) -> list[str]:
    """Mode, links, group, size and name of each line of a long list."""
    lines = [line.split() for line in text.splitlines() if not line.startswith('total')]
    return [f'{words[0]} {words[1]} {words[3]} {words[4]} {words[8]}' for words in lines]


@pytest.mark.parametrize(('path', 'shown'), [
    ('/', 'drwxr-xr-x 1 root 4096 /'), ('/etc', 'drwxr-xr-x 1 root 4096 /etc'),
    ('/home', 'drwxr-xr-x 2 root 4096 /home'),
    ('/proc', 'dr-xr-xr-x 4 root 0 /proc'), ('/sys', 'dr-xr-xr-x 12 root 0 /sys'),
    ('/dev/shm', 'drwxrwxrwt 2 root 40 /dev/shm'), ('/e', 'drwxrwxrwx 2 root 4096 /e'),
    ('/m', 'drwxrwxrwt 2 root 40 /m'), ('/s', 'drwxrwxrwt 3 root 100 /s')])
def test_directories_are_as_large_as_their_file_system_says(lab, path: str, shown: str) -> None:
    _secret(lab)
    lab.pod(command=['sleep', '600'], volumes=VOLUMES, container=MOUNTS)
    lab.ready()
    assert _columns(lab.exec('web', 'ls', '-ld', path)[1]) == [shown]


def test_what_is_in_memory_takes_no_disk(lab) -> None:
    lab.pod(command=['sleep', '600'], volumes=VOLUMES[1:], container={'volumeMounts': MOUNTS['volumeMounts'][1:]})
    lab.ready()
    assert lab.exec('web', 'sh', '-c', 'mkdir /m/a /e/a; du -s /m /e; stat -c "%s %b %h" /m /e')[1] == (
        '0\t/m\n8\t/e\n60 0 3\n4096 8 3\n')


def test_the_group_of_a_pod_owns_all_that_is_in_a_volume(lab) -> None:
    _secret(lab)
    lab.pod(command=['sleep', '600'], volumes=VOLUMES, container=MOUNTS,
            securityContext={'runAsUser': 1000, 'fsGroup': 2000})
    lab.ready()
    assert _columns(lab.exec('web', 'ls', '-ld', '/s', '/m', '/e')[1]) == [
        'drwxrwsrwx 2 2000 4096 /e', 'drwxrwsrwt 2 2000 40 /m', 'drwxrwsrwt 3 2000 100 /s']
    inside = _columns(lab.exec('web', 'sh', '-c', 'ls -l /s; ls -l /s/..data/')[1])
    assert inside == ['lrwxrwxrwx 1 2000 10 key', '-r--r----- 1 2000 1 key']
    assert lab.exec('web', 'cat', '/s/key') == (0, 'x')


def test_a_container_s_root_is_as_old_as_the_container(lab) -> None:
    lab.pod(command=['sleep', '600'])
    lab.ready()
    born = lab.exec('web', 'stat', '-c', '%Y', '/')[1]
    image = lab.exec('web', 'stat', '-c', '%Y', '/home')[1]
    assert 0 < lab.simulation.seconds() - int(born) < 60 < int(born) - int(image)
