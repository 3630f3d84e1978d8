"""All members of one etcd cluster, and the network between them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha1

from tutor.client.control import RaftLine, RaftMember
from tutor.cluster.etcd.raft.log import KEPT, Log
from tutor.cluster.etcd.raft.messages import Append, AppendAnswer, Message
from tutor.cluster.etcd.raft.node import LEADER, RaftNode
from tutor.cluster.network.links import Links
from tutor.cluster.simulation import Simulation
from tutor.cluster.storage import Store, Unavailable
from tutor.shell.etcd import EtcdError, Member

TIMED_OUT = 'etcdserver: request timed out'
LEADER_CHANGED = 'etcdserver: leader changed'
DOWN = 'down'
JOURNAL = 500


class RaftGroup:
    """Members by name. The store is written only through a leader that reaches a quorum: `store.propose` is this."""

    def __init__(self, simulation: Simulation, links: Links, store: Store, kept: int = KEPT) -> None:
        self.simulation = simulation
        self.nodes: dict[str, RaftNode] = {}
        self.members: dict[str, Member] = {}
        """As `member list` shows them."""
        self.journal: deque[RaftLine] = deque(maxlen=JOURNAL)
        self.on_said: Callable[[str, str], None] = lambda name, text: None
        self.on_removed: Callable[[str], None] = lambda name: None
        self.changes = simulation.condition()
        """Notified when a member may have found a leader, or lost it."""
        self._links = links
        self._store = store
        self._kept = kept
        links.on_change.append(self.unsettle)

    # -- members ------------------------------------------------------------------------------------------------

    def add(self, name: str, address: str) -> None:
        """A member of the cluster, which does not run yet."""
        peer_url = f'https://{address}:2380'
        self._vote(Member(identity_of(peer_url), name, peer_url, f'https://{address}:2379'))

    def _vote(self, member: Member) -> RaftNode:
        self.members[member.name] = member
        node = self.nodes[member.name] = RaftNode(self, member.name, member.id, Log(self._kept))
        return node

    def adopt(self, member: Member, index: int) -> None:
        """The only member of a cluster, which runs and has so many entries, goes on as the first of several."""
        node = self._vote(member)
        node.log.become(index, node.term)
        node.commit = index
        self.start(member.name)

    def announce(self, peer_url: str, learner: bool) -> Member:
        """MemberAdd: somebody is going to be a member. Raises EtcdError."""
        if any(peer_url == each.peer_url for each in self.members.values()):
            raise EtcdError('etcdserver: Peer URLs already exists')
        if learner and any(each.learner for each in self.members.values()):
            raise EtcdError('etcdserver: too many learner members in cluster')
        member = Member(identity_of(peer_url), '', peer_url, '', started=False, learner=learner)
        self.members[peer_url] = member
        if not learner:
            self.nodes[peer_url] = RaftNode(self, peer_url, member.id, Log(self._kept))
            self._introduce(peer_url)
        return member

    def arrive(self, name: str, peer_url: str, client_url: str) -> bool:
        """The process of a member that was announced runs for the first time; False when nobody was."""
        member = self.members.pop(peer_url, None)
        if member is None:
            return False
        self.members[name] = replace(member, name=name, client_url=client_url, started=True)
        if not member.learner:
            node = self.nodes[name] = self.nodes.pop(peer_url)
            node.name = name
            self._forget(peer_url)
            self._introduce(name)
        return True

    def promote(self, identity: int) -> None:
        """MemberPromote: a learner votes from now on. Raises EtcdError."""
        name, member = self._member(identity)
        if not member.learner:
            raise EtcdError('etcdserver: can only promote a learner member')
        if not member.started:
            raise EtcdError('etcdserver: can only promote a learner member which is in sync with leader')
        node, leader = self._vote(replace(member, learner=False)), self.leader
        if leader is not None:
            node.log.become(leader.commit, leader.log.term(leader.commit) or leader.log.base_term)
            node.commit, node.term = leader.commit, leader.term
        node.start()
        self._introduce(name)

    def remove(self, identity: int) -> None:
        """MemberRemove. Raises EtcdError."""
        name, _ = self._member(identity)
        del self.members[name]
        node = self.nodes.pop(name, None)
        if node is not None:
            node.stop()
        self._forget(name)
        self.on_removed(name)
        self.unsettle()

    def _member(self, identity: int) -> tuple[str, Member]:
        for name, member in self.members.items():
            if member.id == identity:
                return name, member
        raise EtcdError('etcdserver: member not found')

    def _introduce(self, name: str) -> None:
        for node in self.nodes.values():
            if node.role == LEADER:
                node.welcome(name)
        self.unsettle()

    def _forget(self, name: str) -> None:
        for node in self.nodes.values():
            node.forget(name)

    def start(self, name: str) -> None:
        """A member's process runs. When all of a new cluster do for the first time, the first one leads it."""
        if name not in self.nodes:
            return  # A learner has no vote.
        self.nodes[name].start()
        if self._store.propose is None and all(node.running for node in self.nodes.values()):
            self._store.propose = self.propose
            next(iter(self.nodes.values())).lead()
        self.unsettle()

    def stop(self, name: str) -> None:
        if name in self.nodes:
            self.nodes[name].stop()
            self.unsettle()

    @property
    def quorum(self) -> int:
        return len(self.nodes) // 2 + 1

    def peers(self, name: str) -> list[str]:
        return [peer for peer in self.nodes if peer != name]

    def reaches(self, one: str, other: str) -> bool:
        """Whether what one member sends arrives."""
        return self.nodes[one].running and self.nodes[other].running and not self._links.between(one, other)

    def hears(self, follower: str, leader: str, term: int) -> bool:
        """Whether the heartbeats of a leader of at least this term come to a follower."""
        node = self.nodes.get(leader)
        return node is not None and node.role == LEADER and node.term >= term and self.reaches(leader, follower)

    @property
    def leader(self) -> RaftNode | None:
        """The leader that a quorum follows, if there is one."""
        for node in self.nodes.values():
            if node.role == LEADER and node.running and self._followed(node):
                return node
        return None

    def _followed(self, leader: RaftNode) -> bool:
        return 1 + sum(self.reaches(leader.name, peer) for peer in self.peers(leader.name)) >= self.quorum

    def unsettle(self) -> None:
        """Somebody came or went, or a wire was cut or mended."""
        for node in list(self.nodes.values()):
            node.unsettle()
        self.changed()

    def changed(self) -> None:
        """Say why the store cannot be used now: no leader yet, or no quorum for one."""
        self.changes.notify()
        if self._store.propose is None:
            return
        if self.leader is not None:
            self._store.trouble = ''
        else:
            self._store.trouble = LEADER_CHANGED if self._possible() else TIMED_OUT

    def _possible(self) -> bool:
        """Whether some member reaches a quorum, so that it may come to lead."""
        return any(node.running and self._followed(node) for node in self.nodes.values())

    # -- `tutor.client.control.Raft` ----------------------------------------------------------------------------

    def view(self) -> list[RaftMember]:
        return [RaftMember(node.name, node.role if node.running else DOWN, node.term, node.log.last, node.commit,
                           node.leader) for node in self.nodes.values()]

    def heard(self, count: int) -> list[RaftLine]:
        return list(self.journal)[-count:] if count else []

    # -- writing ------------------------------------------------------------------------------------------------

    def propose(self, what: str) -> None:
        """Have a write committed by a quorum. A round trip is short beside what a request takes: it is made at once.
        Raises Unavailable."""
        leader = self.leader
        if leader is None:
            raise Unavailable(self._store.trouble or TIMED_OUT)
        index = leader.propose(what)
        for peer in self.peers(leader.name):
            if self.reaches(leader.name, peer):
                self._exchange(leader, self.nodes[peer])
        if leader.commit < index:
            raise Unavailable(TIMED_OUT)

    def _exchange(self, leader: RaftNode, peer: RaftNode) -> None:
        message = leader.append_for(peer.name)
        if isinstance(message, Append):
            leader.on_append_answer(peer.on_append(message))

    # -- the network --------------------------------------------------------------------------------------------

    def send(self, sender: str, receiver: str, message: Message) -> None:
        """A message is on its way; it is lost when the receiver cannot be reached."""
        lost = not self.reaches(sender, receiver)
        if not _routine(message):
            self.journal.append(RaftLine(self.simulation.now, sender, receiver, str(message), lost))
        if not lost:
            self.simulation.call_later(self._links.latency, self._deliver, sender, receiver, message)

    def _deliver(self, sender: str, receiver: str, message: Message) -> None:
        if self.reaches(sender, receiver):
            self.nodes[receiver].receive(message)

    def say(self, name: str, text: str) -> None:
        """A member tells what it does: for its log, the journal and the trace."""
        self.journal.append(RaftLine(self.simulation.now, name, '', text, False))
        self.simulation.trace.record(f'etcd@{name}', text, '')
        self.on_said(name, text)


def identity_of(peer_url: str) -> int:
    """computeMemberID: of its peer URLs and the cluster's token."""
    return int.from_bytes(sha1(f'{peer_url}etcd-cluster'.encode(), usedforsecurity=False).digest()[:8], 'big')


def _routine(message: Message) -> bool:
    """Heartbeats and what answers them."""
    return (isinstance(message, Append) and not message.entries) or (
        isinstance(message, AppendAnswer) and message.accepted)
