"""The tree of znodes, and the transactions that change it: every server applies the same ones in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

EPOCH_SHIFT = 32
SYSTEM = ('/', '/zookeeper', '/zookeeper/quota')

Transaction = dict[str, Any]


class ZooKeeperError(Exception):
    """What an operation fails with: the name of KeeperException's code."""


@dataclass(slots=True)
class Znode:
    """One node: its data and its Stat."""

    data: str = ''
    czxid: int = 0
    mzxid: int = 0
    pzxid: int = 0
    ctime: float = 0
    mtime: float = 0
    cversion: int = 0
    version: int = 0
    owner: int = 0


class Tree:
    """All znodes by path, and the last transaction that was applied."""

    def __init__(self) -> None:
        self.nodes = {path: Znode() for path in SYSTEM}
        self.zxid = 0

    def plain(self) -> dict[str, Any]:
        return {'zxid': self.zxid, 'nodes': {path: asdict(node) for path, node in self.nodes.items()}}

    def load(self, plain: dict[str, Any]) -> None:
        self.zxid = plain['zxid']
        self.nodes = {path: Znode(**node) for path, node in plain['nodes'].items()}

    def children(self, path: str) -> list[str]:
        prefix = path.rstrip('/') + '/'
        return [each[len(prefix):] for each in self.nodes if each.startswith(prefix) and each != '/'
                and '/' not in each[len(prefix):]]

    def get(self, path: str) -> Znode:
        node = self.nodes.get(path)
        if node is None:
            raise ZooKeeperError('NoNode')
        return node

    def stat(self, path: str) -> dict[str, Any]:
        """The node as a client is told of it."""
        node = self.get(path)
        return {**asdict(node), 'children': self.children(path)}

    # -- changes ------------------------------------------------------------------------------------------------

    def prepare(self, request: Transaction) -> Iterator[Transaction]:
        """The transactions that a request makes. Raises ZooKeeperError."""
        kind, path = request['op'], request.get('path', '')
        if kind == 'create':
            parent = self.get(path.rpartition('/')[0] or '/')
            if parent.owner:
                raise ZooKeeperError('NoChildrenForEphemerals')
            if request.get('sequential'):
                path = f'{path}{parent.cversion:010d}'
            if path in self.nodes:
                raise ZooKeeperError('NodeExists')
            yield {**request, 'path': path}
        elif kind in ('set', 'delete'):
            node = self.get(path)
            if request.get('version', -1) not in (-1, node.version):
                raise ZooKeeperError('BadVersion')
            if kind == 'delete' and self.children(path):
                raise ZooKeeperError('NotEmpty')
            yield request
        elif kind == 'deleteall':
            self.get(path)
            for each in sorted(self.nodes, reverse=True):
                if each == path or each.startswith(path + '/'):
                    yield {'op': 'delete', 'path': each}
        else:
            yield request

    def apply(self, change: Transaction) -> None:
        """One transaction, with its `zxid` and `time`."""
        kind, path, moment = change['op'], change.get('path', ''), change['time']
        self.zxid = zxid = change['zxid']
        parent = self.nodes.get(path.rpartition('/')[0] or '/', Znode())
        if kind == 'create':
            self.nodes[path] = Znode(change.get('data', ''), zxid, zxid, zxid, moment, moment,
                                     owner=change['session'] if change.get('ephemeral') else 0)
        elif kind == 'set':
            node = self.nodes[path]
            node.data, node.mzxid, node.mtime, node.version = change['data'], zxid, moment, node.version + 1
        elif kind == 'delete':
            self.nodes.pop(path, None)
        elif kind == 'close':
            for each in [each for each, node in self.nodes.items() if node.owner == change['session']]:
                del self.nodes[each]
        if kind in ('create', 'delete'):
            parent.pzxid, parent.cversion = zxid, parent.cversion + 1
