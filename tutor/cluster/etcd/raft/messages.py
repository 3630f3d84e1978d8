"""What members say to each other (raftpb)."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.cluster.etcd.raft.log import Entry


@dataclass(frozen=True, slots=True)
class Vote:
    """MsgPreVote (`pre`), MsgVote: a candidate asks; `index` and `log_term` are those of its last entry."""

    term: int
    sender: str
    index: int
    log_term: int
    pre: bool

    def __str__(self) -> str:
        return f'{"MsgPreVote" if self.pre else "MsgVote"} term {self.term}, log {self.log_term}/{self.index}'


@dataclass(frozen=True, slots=True)
class VoteAnswer:
    term: int
    sender: str
    pre: bool
    granted: bool

    def __str__(self) -> str:
        kind = 'MsgPreVoteResp' if self.pre else 'MsgVoteResp'
        return f'{kind} term {self.term}, {"granted" if self.granted else "rejected"}'


@dataclass(frozen=True, slots=True)
class Append:
    """MsgApp; without entries MsgHeartbeat. `previous` is the index before the entries, `log_term` its term."""

    term: int
    sender: str
    previous: int
    log_term: int
    entries: tuple[Entry, ...]
    commit: int

    def __str__(self) -> str:
        if not self.entries:
            return f'MsgHeartbeat term {self.term}, commit {self.commit}'
        return f'MsgApp term {self.term}, entries {self.previous + 1}-{self.entries[-1].index}, commit {self.commit}'


@dataclass(frozen=True, slots=True)
class AppendAnswer:
    """`match` is the last index that agrees with the leader's log, or where to try again."""

    term: int
    sender: str
    accepted: bool
    match: int

    def __str__(self) -> str:
        return f'MsgAppResp term {self.term}, {"match" if self.accepted else "reject, try"} {self.match}'


@dataclass(frozen=True, slots=True)
class Snapshot:
    """MsgSnap: all up to an index, for a member that has missed more than the leader's log still has."""

    term: int
    sender: str
    index: int
    log_term: int

    def __str__(self) -> str:
        return f'MsgSnap term {self.term}, index {self.index}'


Message = Vote | VoteAnswer | Append | AppendAnswer | Snapshot
