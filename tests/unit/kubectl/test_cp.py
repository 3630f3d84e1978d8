"""kubectl cp: tar in the container at one end, files here at the other."""

from __future__ import annotations

import pytest

from tests.unit.kubectl.conftest import Kubectl
from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig, NodeConfig

PODS = """\
apiVersion: v1
kind: Pod
metadata: {name: box}
spec:
  containers:
  - {name: one, image: busybox, command: [sleep, "9999"]}
  - {name: two, image: busybox, command: [sleep, "9999"]}
---
apiVersion: v1
kind: Pod
metadata: {name: bare}
spec: {containers: [{name: pause, image: 'registry.k8s.io/pause:3.10'}]}
"""
DEFAULTED = 'Defaulted container "one" out of: one, two\n'
TAR = "tar: removing leading '/' from member names\n"


@pytest.fixture(scope='module')
def kubectl():
    cluster = Cluster(ClusterConfig(nodes=[NodeConfig('node01')], addons=[], pulled=True))
    cluster.boot()
    found = Kubectl(cluster)
    found('apply -f -', PODS)
    assert found('wait --for=condition=Ready pod --all --timeout=60s').code == 0
    found.put('note.txt', 'hello\n')
    found.put('site/index.html', '<p>\n')
    found.put('site/below/deep', 'deep\n')
    return found


@pytest.mark.parametrize('flags', ['', ' --no-preserve', ' -c two', ' --retries=2'])
def test_there_and_back(kubectl, flags):
    container = '-c two' if '-c' in flags else '-c one'
    assert kubectl(f'cp note.txt default/box:/tmp/note {flags}').code == 0
    assert kubectl(f'exec box {container} -- cat /tmp/note').out == 'hello\n'
    answer = kubectl(f'cp box:/tmp/note back.txt{flags}')
    assert (answer.out, answer.err, answer.code) == (('' if '-c' in flags else DEFAULTED) + TAR, '', 0)
    assert kubectl.files.read('/root/back.txt') == b'hello\n'


def test_folders_go_below_a_folder_that_is_there(kubectl):
    assert kubectl('cp site box:/copied').code == 0
    found = kubectl('exec box -c one -- find /copied -type f').out.split()
    assert sorted(found) == ['/copied/below/deep', '/copied/index.html']
    assert kubectl('cp site box:/copied').code == 0
    assert kubectl('exec box -c one -- cat /copied/site/below/deep').out == 'deep\n'
    assert kubectl('cp box:/copied/site copy').code == 0
    assert kubectl.files.read('/root/copy/below/deep') == b'deep\n'


def test_links_are_left_out(kubectl):
    kubectl('exec box -c one -- mkdir /links')
    kubectl('exec box -c one -- ln -s /etc/passwd /links/out')
    answer = kubectl('cp box:/links here -c one')
    assert answer.err == ('warning: skipping symlink: "here/out" -> "/etc/passwd" (consider using "kubectl exec '
                          '-n "default" "box" -- tar cf - "/links" | tar xf -")\n')
    assert not kubectl.files.exists('/root/here/out')


@pytest.mark.parametrize(('line', 'error'), [
    ('cp box:/etc/hostname .', 'error: open .: is a directory\n'),
    ('cp none box:/tmp', "error: none doesn't exist in local filesystem\n"),
    ('cp note.txt box:', 'error: filepath can not be empty\n'),
    ('cp note.txt :/tmp', 'error: filespec must match the canonical format: [[namespace/]pod:]file/path\n'),
    ('cp note.txt box:/x -c three', 'error: container three is not valid for pod box out of: one, two\n'),
])
def test_refusals(kubectl, line, error):
    answer = kubectl(line)
    assert (answer.err, answer.code) == (error, 1)


def test_without_tar_in_the_container(kubectl):
    for line in ('cp note.txt bare:/tmp', 'cp bare:/tmp/x y'):
        answer = kubectl(line)
        assert answer.code != 0
        assert 'exec: "tar": executable file not found in $PATH' in answer.err
