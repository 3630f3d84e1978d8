"""ZooKeeper: an ensemble of three as the documentation's StatefulSet makes it."""

from __future__ import annotations

import pytest

from tutor.session.workbench import Workbench

ENSEMBLE = '''\
apiVersion: v1
kind: Service
metadata: {name: zk-hs}
spec: {ports: [{port: 2888, name: server}], clusterIP: None, selector: {app: zk}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: zk}
spec:
  selector: {matchLabels: {app: zk}}
  serviceName: zk-hs
  replicas: 3
  template:
    metadata: {labels: {app: zk}}
    spec:
      securityContext: {runAsUser: 1000, fsGroup: 1000}
      containers:
      - name: server
        image: registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10
        command: [sh, -c, start-zookeeper --servers=3 --heap=512M]
        readinessProbe: {exec: {command: [sh, -c, zookeeper-ready 2181]}, initialDelaySeconds: 5}
        volumeMounts: [{name: data, mountPath: /var/lib/zookeeper}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
'''


@pytest.fixture(scope='module')
def zoo() -> Workbench:
    bench = Workbench()
    bench.files.put('/root/zk.yaml', ENSEMBLE)
    bench.run('kubectl apply -f /root/zk.yaml; kubectl rollout status sts/zk')
    bench.simulation.advance(3)
    return bench


def ask(zoo: Workbench, number: int, command: str) -> str:
    ran = zoo.run(f'kubectl exec zk-{number} -- {command}')
    return ran.stdout + ran.stderr


def roles(zoo: Workbench) -> list[str]:
    return [ask(zoo, number, "sh -c 'echo srvr | nc localhost 2181 | grep Mode || echo no'").strip().rpartition(' ')[2]
            for number in range(3)]


def test_each_knows_its_number_and_all_the_others(zoo: Workbench) -> None:
    assert [ask(zoo, number, 'cat /var/lib/zookeeper/data/myid') for number in range(3)] == ['1\n', '2\n', '3\n']
    assert 'server.3=zk-2.zk-hs.default.svc.cluster.local:2888:3888\n' in ask(zoo, 0, 'cat /opt/zookeeper/conf/zoo.cfg')
    assert sorted(roles(zoo)) == ['follower', 'follower', 'leader']


def test_what_is_stored_with_one_is_read_from_all(zoo: Workbench) -> None:
    assert ask(zoo, 0, 'zkCli.sh create /hello world').endswith('path:null\nCreated /hello\n')
    got = ask(zoo, 2, 'zkCli.sh get /hello')
    assert '\nworld\ncZxid = 0x1' in got
    assert 'dataVersion = 0\n' in got
    assert 'dataVersion = 1\n' in ask(zoo, 1, 'zkCli.sh set /hello moon')
    assert 'Node already exists: /hello\n' in ask(zoo, 1, 'zkCli.sh create /hello again')
    assert 'Node does not exist: /x\n' in ask(zoo, 1, 'zkCli.sh get /x')
    assert 'Created /hello/n0000000000\n' in ask(zoo, 0, 'zkCli.sh create -s -e /hello/n here')
    assert '\n[]\n' in ask(zoo, 1, 'zkCli.sh ls /hello')
    assert 'hello]\n' in ask(zoo, 2, 'zkCli.sh ls /')


def test_without_its_leader_the_others_elect_one_and_without_a_majority_nobody_serves(zoo: Workbench) -> None:
    ask(zoo, 0, 'zkCli.sh create /kept moon')
    leader = roles(zoo).index('leader')
    ask(zoo, leader, 'pkill java')
    zoo.simulation.advance(30)
    assert sorted(roles(zoo)) == ['follower', 'follower', 'leader']
    assert '\nmoon\n' in ask(zoo, leader, 'zkCli.sh get /kept')
    zoo.run('kubectl scale sts zk --replicas=1; kubectl wait --for=delete pod/zk-1 --timeout=90s')
    zoo.simulation.advance(5)
    assert ask(zoo, 0, "sh -c 'echo stat | nc localhost 2181'") == (
        'This ZooKeeper instance is not currently serving requests\n')
    assert ask(zoo, 0, "sh -c 'echo ruok | nc localhost 2181'") == 'imok'
    assert 'ConnectionLossException' in ask(zoo, 0, 'zkCli.sh ls /')
    zoo.run('kubectl scale sts zk --replicas=3; kubectl rollout status sts/zk')
    zoo.simulation.advance(5)
    assert '\nmoon\n' in ask(zoo, 1, 'zkCli.sh get /kept')


def test_its_configuration_is_at_the_place_of_old_too(zoo: Workbench) -> None:
    assert ask(zoo, 0, 'cat /usr/etc/zookeeper/log4j.properties').startswith('zookeeper.root.logger=CONSOLE\n')
    assert '\n4 S zookeep+ ' in ask(zoo, 0, 'ps -elf')
