"""One member (go.etcd.io/raft): follower, pre-candidate, candidate or leader.

Heartbeats that would change nothing are not sent: as long as a follower hears its leader, no time-out runs. `unsettle`
is called whenever that may have changed.
"""

from __future__ import annotations

from typing import Protocol

from tutor.cluster.etcd.raft.log import Entry, Log
from tutor.cluster.etcd.raft.messages import Append, AppendAnswer, Message, Snapshot, Vote, VoteAnswer
from tutor.cluster.simulation import Simulation, Timer

FOLLOWER, PRE_CANDIDATE, CANDIDATE, LEADER = 'follower', 'pre-candidate', 'candidate', 'leader'
HEARTBEAT, ELECTION = 0.1, 1.0
"""--heartbeat-interval and --election-timeout, in seconds; a time-out is between one and two of the latter."""


class Group(Protocol):
    """What a member needs of the others."""

    simulation: Simulation

    @property
    def quorum(self) -> int: ...
    def peers(self, name: str) -> list[str]: ...
    def reaches(self, one: str, other: str) -> bool: ...
    def hears(self, follower: str, leader: str, term: int) -> bool:
        """Whether the heartbeats of a leader of at least this term come to a follower."""
        ...
    def unsettle(self) -> None: ...
    def send(self, sender: str, receiver: str, message: Message) -> None: ...
    def say(self, name: str, text: str) -> None: ...
    def changed(self) -> None:
        """Who leads, or what is committed, may be another now."""
        ...


class RaftNode:
    """A member's part of the protocol. What it has of the log and its vote survives `stop`, as on a disk."""

    def __init__(self, group: Group, name: str, identity: int, log: Log | None = None) -> None:
        self.name = name
        self.id = f'{identity:x}'
        self.log = log or Log()
        self.role = FOLLOWER
        self.term = 1
        self.commit = 0
        self.leader = ''
        self.voted_for = ''
        self.running = False
        self._group = group
        self._votes: dict[str, bool] = {}
        self._next: dict[str, int] = {}
        self._match: dict[str, int] = {}
        self._timer: Timer | None = None
        self._beat: Timer | None = None

    # -- life ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.running, self.role, self.leader = True, FOLLOWER, ''
        self._say(f'became follower at term {self.term}')

    def stop(self) -> None:
        self.running, self.role, self.leader = False, FOLLOWER, ''
        self._cancel()

    def lead(self) -> None:
        """Lead a cluster that has just been made."""
        self.term += 1
        self._become_leader()

    # -- time ---------------------------------------------------------------------------------------------------

    def unsettle(self) -> None:
        """Who reaches whom has changed: a leader tells everyone, and whoever does not hear one begins to wait."""
        if not self.running:
            return
        if self.role == LEADER:
            self._broadcast()
            if self._reached() >= self._group.quorum:
                self._cancel()
            elif self._timer is None:
                self._arm(ELECTION)
        elif self._hears():
            self._cancel()
        elif self._timer is None:
            random = self._group.simulation.random
            # The last heartbeat came up to one interval ago.
            self._arm(ELECTION * (1 + random.random()) - HEARTBEAT * random.random())

    def _hears(self) -> bool:
        return bool(self.leader) and self._group.hears(self.name, self.leader, self.term)

    def _arm(self, seconds: float) -> None:
        self._cancel()
        self._timer = self._group.simulation.call_later(seconds, self._timed_out)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _timed_out(self) -> None:
        self._timer = None
        if self.role == LEADER:
            if self._reached() < self._group.quorum:
                self._say('stepped down to follower since quorum is not active')
                self._become_follower(self.term)
            return
        self._say(f'is starting a new election at term {self.term}')
        self.leader = ''
        self._campaign(PRE_CANDIDATE)

    def _reached(self) -> int:
        return 1 + sum(self._group.reaches(self.name, peer) for peer in self._group.peers(self.name))

    # -- elections ----------------------------------------------------------------------------------------------

    def _campaign(self, role: str) -> None:
        """Ask for votes: first whether they would be given (PreVote), then for good, in a new term."""
        pre = role == PRE_CANDIDATE
        self.role, self._votes = role, {self.name: True}
        if not pre:
            self.term, self.voted_for = self.term + 1, self.name
        self._say(f'became {role} at term {self.term}')
        self._group.changed()
        asked = self.term + 1 if pre else self.term
        for peer in self._group.peers(self.name):
            self._send(peer, Vote(asked, self.name, self.log.last, self.log.last_term, pre))
        self._arm(ELECTION * (1 + self._group.simulation.random.random()))
        self._count(pre)

    def _on_vote(self, vote: Vote) -> None:
        led = self._hears()
        if vote.pre:
            granted = not led and self.role != LEADER and vote.term > self.term and self.log.up_to_date(
                vote.index, vote.log_term)
            self._send(vote.sender, VoteAnswer(vote.term if granted else self.term, self.name, True, granted))
            return
        if led and vote.sender != self.leader:
            return  # in lease: a leader is heard
        if vote.term > self.term:
            self._become_follower(vote.term)
        granted = vote.term == self.term and self.voted_for in ('', vote.sender) and self.log.up_to_date(
            vote.index, vote.log_term)
        if granted:
            self.voted_for = vote.sender
            self._arm(ELECTION * (1 + self._group.simulation.random.random()))
        self._send(vote.sender, VoteAnswer(self.term, self.name, False, granted))

    def _on_vote_answer(self, answer: VoteAnswer) -> None:
        if not answer.granted and answer.term > self.term:
            self._become_follower(answer.term)
        elif self.role == (PRE_CANDIDATE if answer.pre else CANDIDATE):
            self._votes[answer.sender] = answer.granted
            self._count(answer.pre)

    def _count(self, pre: bool) -> None:
        yes = sum(self._votes.values())
        if yes < self._group.quorum:
            return
        self._say(f'has received {yes} {"MsgPreVoteResp" if pre else "MsgVoteResp"} votes and '
                  f'{len(self._votes) - yes} vote rejections')
        if pre:
            self._campaign(CANDIDATE)
        else:
            self._become_leader()

    def _become_leader(self) -> None:
        self.role, self.leader = LEADER, self.name
        self._cancel()
        self._say(f'became leader at term {self.term}')
        for peer in self._group.peers(self.name):
            self.welcome(peer)
        # An entry of the new term: only with it can those of earlier terms be committed.
        self.log.append(Entry(self.log.last + 1, self.term, ''))
        self._broadcast()
        self._group.changed()

    def _become_follower(self, term: int, leader: str = '') -> None:
        if term > self.term:
            self.term, self.voted_for = term, ''
        if self.role != FOLLOWER or (leader and leader != self.leader):
            self._say(f'became follower at term {self.term}')
        led, self.role, self.leader = self.role == LEADER, FOLLOWER, leader
        self._cancel()
        if led:
            self._group.unsettle()  # its heartbeats end
        else:
            self.unsettle()
            self._group.changed()

    # -- the log ------------------------------------------------------------------------------------------------

    def propose(self, what: str) -> int:
        """A leader takes a proposal into its log; its index."""
        entry = Entry(self.log.last + 1, self.term, what)
        self.log.append(entry)
        self._commit()  # It may be the only one who votes.
        return entry.index

    def welcome(self, peer: str) -> None:
        """A leader begins to send to a new member."""
        self._next[peer], self._match[peer] = self.log.last + 1, 0

    def forget(self, peer: str) -> None:
        """A member is one no more."""
        self._next.pop(peer, None)
        self._match.pop(peer, None)
        if self.role == LEADER:
            self._commit()

    def append_for(self, peer: str) -> Message:
        """What a peer is missing, as far as this leader knows."""
        previous = self._next[peer] - 1
        term = self.log.term(previous)
        if term is None:
            return Snapshot(self.term, self.name, self.commit, self.log.term(self.commit) or self.log.base_term)
        return Append(self.term, self.name, previous, term, self.log.after(previous), self.commit)

    def _broadcast(self) -> None:
        for peer in self._group.peers(self.name):
            self._send(peer, self.append_for(peer))

    def on_append(self, message: Append) -> AppendAnswer:
        """handleAppendEntries."""
        if message.term < self.term:
            return AppendAnswer(self.term, self.name, False, self.log.last)
        if message.term > self.term or self.leader != message.sender or self.role != FOLLOWER:
            self._become_follower(message.term, message.sender)
            self._say(f'elected leader {message.sender} at term {self.term}')
        if self.log.term(message.previous) != message.log_term:
            return AppendAnswer(self.term, self.name, False, min(message.previous - 1, self.log.last))
        self.log.merge(message.entries)
        match = message.previous + len(message.entries)
        self.commit = max(self.commit, min(message.commit, match))
        return AppendAnswer(self.term, self.name, True, match)

    def on_append_answer(self, answer: AppendAnswer) -> None:
        """stepLeader MsgAppResp: go on where the peer is, and commit what a quorum has."""
        if answer.term > self.term:
            self._become_follower(answer.term)
            return
        if self.role != LEADER:
            return
        peer = answer.sender
        if not answer.accepted:
            self._next[peer] = max(answer.match + 1, 1)
            self._send(peer, self.append_for(peer))
            return
        self._match[peer] = max(self._match[peer], answer.match)
        self._next[peer] = self._match[peer] + 1
        self._commit()

    def _commit(self) -> None:
        matches = sorted([self.log.last, *self._match.values()], reverse=True)
        index = matches[self._group.quorum - 1]
        if index <= self.commit or self.log.term(index) != self.term:
            return
        self.commit = index
        if self._beat is None:  # followers learn it with the next heartbeat
            self._beat = self._group.simulation.call_later(HEARTBEAT, self._heartbeat)

    def _heartbeat(self) -> None:
        self._beat = None
        if self.role == LEADER:
            self._broadcast()

    def _on_snapshot(self, message: Snapshot) -> None:
        if message.term < self.term:
            return
        self._become_follower(message.term, message.sender)
        if message.index > self.commit:
            self._say(f'restored snapshot [index: {message.index}, term: {message.log_term}]')
            self.log.become(message.index, message.log_term)
            self.commit = message.index
        self._send(message.sender, AppendAnswer(self.term, self.name, True, self.log.last))

    # -- messages -----------------------------------------------------------------------------------------------

    def receive(self, message: Message) -> None:
        """Step."""
        if not self.running:
            return
        match message:
            case Vote():
                self._on_vote(message)
            case VoteAnswer():
                self._on_vote_answer(message)
            case Append():
                self._send(message.sender, self.on_append(message))
            case AppendAnswer():
                self.on_append_answer(message)
            case Snapshot():
                self._on_snapshot(message)

    def _send(self, receiver: str, message: Message) -> None:
        self._group.send(self.name, receiver, message)

    def _say(self, text: str) -> None:
        self._group.say(self.name, f'{self.id} {text}')
