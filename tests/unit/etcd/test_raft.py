"""etcd with three members: elections, replication, a lost member, no quorum, a member that comes back."""

from __future__ import annotations

from random import Random  # noqa: TID251 - chooses what the test does

import pytest

from tutor.cluster.config import ClusterConfig, NodeConfig
from tutor.cluster.etcd.raft.group import TIMED_OUT, RaftGroup
from tutor.cluster.network.links import Links
from tutor.cluster.simulation import Simulation
from tutor.cluster.storage import Store, Unavailable
from tutor.session.workbench import Workbench

NAMES = ('a', 'b', 'c')


class Three:
    """Three members beside a store."""

    def __init__(self, seed: int = 0, kept: int = 5000) -> None:
        self.simulation = Simulation(seed)
        self.links, self.store = Links(), Store()
        self.group = RaftGroup(self.simulation, self.links, self.store, kept)
        for place, name in enumerate(NAMES):
            self.group.add(name, f'10.0.0.{place + 1}')
        for name in NAMES:
            self.group.start(name)
        self.wait(1)

    def wait(self, seconds: float) -> None:
        self.simulation.advance(seconds)

    def put(self, key: str, value: str = 'x') -> bool:
        try:
            self.store.put(f'/registry/things/{key}', value)
        except Unavailable:
            return False
        return True

    def leader(self) -> str:
        return self.group.leader.name if self.group.leader else ''

    def logs(self) -> list[list[tuple[int, int, str]]]:
        """The committed part of each log that is still there."""
        return [[(entry.index, entry.term, entry.what) for entry in node.log.after(node.log.base)
                 if entry.index <= node.commit] for node in self.group.nodes.values()]


@pytest.fixture
def three() -> Three:
    return Three()


def test_the_first_member_leads_a_new_cluster_and_all_have_what_was_written(three) -> None:
    assert three.leader() == 'a'
    assert three.put('one')
    three.wait(1)
    assert three.logs()[0] == three.logs()[1] == three.logs()[2]
    assert three.logs()[0][-1] == (2, 2, '/registry/things/one')


def test_a_lost_leader_is_replaced_in_a_new_term(three) -> None:
    three.group.stop('a')
    assert not three.put('one')
    assert three.store.trouble == 'etcdserver: leader changed'
    three.wait(4)
    assert three.leader() in ('b', 'c')
    assert three.group.nodes[three.leader()].term == 3
    assert three.put('one')
    three.group.start('a')
    three.wait(1)
    assert three.group.nodes['a'].role == 'follower'
    assert three.group.nodes['a'].leader == three.leader()
    assert three.logs()[0] == three.logs()[1]


def test_without_a_quorum_nothing_is_written_and_the_leader_steps_down(three) -> None:
    three.group.stop('b')
    three.group.stop('c')
    assert not three.put('one')
    assert three.store.trouble == TIMED_OUT
    three.wait(2)
    assert three.group.nodes['a'].role != 'leader'
    three.wait(30)
    assert three.group.nodes['a'].term == 2, 'PreVote keeps the term while nobody answers'
    three.group.start('c')
    three.wait(5)
    assert three.leader() in ('a', 'c') and three.put('one')


def test_a_leader_that_is_cut_off_is_replaced_and_follows_when_it_is_back(three) -> None:
    three.links.cut('a', 'b')
    three.links.cut('a', 'c')
    three.wait(4)
    assert three.leader() in ('b', 'c')
    assert three.group.nodes['a'].role != 'leader'
    for number in range(5):
        assert three.put(f'key{number}')
    three.links.join('a', 'b')
    three.links.join('a', 'c')
    three.wait(2)
    assert three.group.nodes['a'].term == three.group.nodes['b'].term
    assert three.logs()[0] == three.logs()[1] == three.logs()[2]


def test_a_member_that_missed_more_than_the_log_has_gets_a_snapshot() -> None:
    three = Three(kept=10)
    three.group.stop('c')
    for number in range(40):
        assert three.put(f'key{number}')
    three.group.start('c')
    three.wait(1)
    assert any('MsgSnap' in line.text and line.receiver == 'c' for line in three.group.heard(500))
    assert three.group.nodes['c'].commit == three.group.nodes['a'].commit


def test_a_member_alone_does_not_disturb_the_others(three) -> None:
    three.links.cut('c')
    three.wait(60)
    three.links.join('c')
    three.wait(3)
    assert three.leader() == 'a' and three.group.nodes['a'].term == 2


def test_a_cluster_at_rest_sends_nothing(three) -> None:
    three.wait(5)
    assert three.simulation.next_event() is None


@pytest.mark.parametrize('seed', range(25))
def test_what_was_written_stays_written_whatever_breaks(seed: int) -> None:
    """At most one leader a term; committed entries are never lost, and are the same everywhere."""
    three, choose = Three(seed, kept=30), Random(seed)
    written: list[str] = []
    leaders: dict[int, str] = {}
    for step in range(120):
        match choose.randrange(5):
            case 0:
                name = choose.choice(NAMES)
                (three.group.stop if three.group.nodes[name].running else three.group.start)(name)
            case 1:
                one, other = choose.sample(NAMES, 2)
                choose.choice((three.links.cut, three.links.join))(one, other)
            case 2 | 3:
                if three.put(f'key{step}'):
                    written.append(f'/registry/things/key{step}')
            case _:
                three.wait(choose.random() * 3)
        for node in three.group.nodes.values():
            if node.role == 'leader':
                assert leaders.setdefault(node.term, node.name) == node.name
    for name in NAMES:
        if not three.group.nodes[name].running:
            three.group.start(name)
        for other in NAMES:
            three.links.join(name, other)
    three.wait(10)
    assert three.put('last')
    three.wait(1)
    commits = {node.commit for node in three.group.nodes.values()}
    assert len(commits) == 1
    merged = {entry for log in three.logs() for entry in log}
    assert len({index for index, _, _ in merged}) == len(merged), 'two entries at one index'
    kept = [what for _, _, what in sorted(merged) if what]
    assert [what for what in kept if what in written] == [what for what in written if what in kept]
    assert {entry.key for entry in three.store.range('/registry/things/')} >= set(written)


@pytest.fixture(scope='module')
def bench() -> Workbench:
    nodes = tuple(NodeConfig(name, roles=('control-plane',)) for name in ('cp1', 'cp2', 'cp3'))
    return Workbench(ClusterConfig(nodes=(*nodes, NodeConfig('node01')), addons=('control-plane', 'dns', 'proxy')))


def run(bench: Workbench, command: str, settle: float = 0.0) -> str:
    ran = bench.run(command)
    bench.simulation.advance(settle)
    assert not bench.simulation.failures
    return ran.stdout + ran.stderr


ETCDCTL = ('sudo etcdctl --endpoints https://172.30.1.2:2379,https://172.30.2.2:2379,https://172.30.3.2:2379 --cacert '
           '/etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt --key '
           '/etc/kubernetes/pki/etcd/server.key -w table ')


def test_a_cluster_file_with_three_control_planes_has_three_members(bench) -> None:
    listed = run(bench, ETCDCTL + 'member list')
    assert [name for name in ('cp1', 'cp2', 'cp3') if f' {name} ' in listed] == ['cp1', 'cp2', 'cp3']
    shown = run(bench, ETCDCTL + 'endpoint status')
    assert shown.count(' true ') == 1 and shown.count('3.6.8') == 3
    table = run(bench, 'raft')
    assert table.splitlines()[0].split() == ['MEMBER', 'ROLE', 'TERM', 'LAST', 'COMMIT', 'LEADER']
    assert table.splitlines()[1].split()[:3] == ['cp1', 'leader', '2']


def test_the_api_server_lives_on_through_an_election_and_not_without_a_quorum(bench) -> None:
    run(bench, 'chaos kill etcd cp1')
    assert run(bench, 'kubectl create namespace early') in (
        'Error from server: etcdserver: leader changed\n', 'Error from server: etcdserver: request timed out\n')
    bench.simulation.advance(5)
    assert run(bench, 'kubectl create namespace later') == 'namespace/later created\n'
    assert 'became leader at term 3' in run(bench, 'raft 50')
    assert 'became leader at term 3' in run(bench, 'kubectl logs -n kube-system etcd-cp2; '
                                                   'kubectl logs -n kube-system etcd-cp3')
    run(bench, 'chaos kill etcd cp2', settle=3)
    assert run(bench, 'kubectl create namespace never') == 'Error from server: etcdserver: request timed out\n'
    assert run(bench, 'kubectl get namespaces') == 'Error from server: etcdserver: request timed out\n'
    assert 'etcdserver: no leader' in run(bench, ETCDCTL + 'endpoint status')
    run(bench, 'chaos clear', settle=10)
    assert run(bench, 'kubectl create namespace again') == 'namespace/again created\n'
    assert {line.split()[1] for line in run(bench, 'raft 0').splitlines()[1:]} == {'leader', 'follower'}


def test_with_one_member_there_is_nothing_to_watch() -> None:
    assert 'etcd has one member here' in run(Workbench(), 'raft')


def test_a_member_without_a_quorum_is_alive_and_not_ready() -> None:
    nodes = tuple(NodeConfig(name, roles=('control-plane',)) for name in ('cp1', 'cp2', 'cp3'))
    bench = Workbench(ClusterConfig(nodes=nodes, addons=('control-plane',)))

    def asked(path: str) -> str:
        return bench.run(f"ssh cp1 'curl -s http://127.0.0.1:2381{path}'").stdout
    assert asked('/readyz') == 'ok\n'
    bench.run('chaos stop cp2; chaos stop cp3; sleep 15')
    assert '[-]read_index failed: ' in asked('/readyz')
    assert asked('/livez') == 'ok\n'
    assert asked('/health') == '{"health":"false","reason":"RAFT NO LEADER"}'
