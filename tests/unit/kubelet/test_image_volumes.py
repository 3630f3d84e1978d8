"""Volumes of the kind image: an image's files, pulled for the containers that mount them, read only."""

from __future__ import annotations

from tests.unit.kubelet.conftest import Lab


def pod(lab: Lab, name: str, reference: str, **mount: str) -> None:
    lab.pod(name, 'busybox', ['sleep', '3600'],
            {'volumeMounts': [{'name': 'site', 'mountPath': '/site', **mount}]},
            volumes=[{'name': 'site', 'image': {'reference': reference}}])


def inside(lab: Lab, name: str, command: str) -> tuple[int, str]:
    kubelet = lab.cluster.nodes.fleet.kubelets[lab.get(name)['spec']['nodeName']]
    container = next(found for found in kubelet.runtime.containers.values() if found.config.name == 'main')
    code, output, errors = lab.simulation.run_task(kubelet.runtime.exec_sync(container, ['sh', '-c', command], 10))
    return code, output + errors


def test_the_files_of_an_image_are_there_and_cannot_be_changed() -> None:
    lab = Lab()
    pod(lab, 'web', 'nginx')
    lab.ready()
    code, text = inside(lab, 'web', 'cat /site/usr/share/nginx/html/index.html')
    assert code == 0 and 'Welcome to nginx!' in text
    code, text = inside(lab, 'web', 'touch /site/mine')
    assert code == 1 and 'Read-only file system' in text


def test_a_part_of_it_is_mounted_with_a_sub_path() -> None:
    lab = Lab()
    pod(lab, 'web', 'nginx', subPath='usr/share/nginx/html')
    lab.ready()
    assert 'index.html' in inside(lab, 'web', 'ls /site')[1]


def test_an_image_that_there_is_not_holds_the_container_back() -> None:
    lab = Lab()
    pod(lab, 'web', 'nginx:no-such-tag')
    lab.until(lambda: lab.state().get('waiting', {}).get('reason') == 'ErrImagePull', 30)
    assert 'nginx:no-such-tag' in lab.state()['waiting']['message']


def test_the_documentations_artifact_has_two_files() -> None:
    lab = Lab()
    pod(lab, 'web', 'quay.io/crio/artifact:v2')
    lab.ready()
    assert inside(lab, 'web', 'cat /site/dir/file /site/file; ls /site') == (0, '1\n2\ndir\nfile\n')
