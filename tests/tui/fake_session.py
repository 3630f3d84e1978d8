"""A session with a handful of canned commands, so that screens can be tested without a cluster."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tutor.course.words import Text
from tutor.shell.tty import SANE


@dataclass
class Pod:
    namespace: str
    name: str
    sign: str
    reason: str = ''


@dataclass
class Node:
    name: str
    ready: bool = True
    status: str = 'Ready'
    roles: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    pods: list[Pod] = field(default_factory=list)


@dataclass
class View:
    version: int
    nodes: list[Node]
    unscheduled: list[Pod] = field(default_factory=list)


@dataclass(frozen=True)
class Check:
    id: str
    title: Text
    passed: bool
    waiting: bool = False
    subject: Text | None = None
    expected: Text | None = None
    found: Text | None = None


@dataclass
class Completion:
    text: str
    start: int
    description: Text | None = None


@dataclass
class Span:
    start: int
    end: int
    kind: str


@dataclass
class Suggestion:
    label: Text
    command: str


@dataclass
class Explanation:
    error: str
    text: Text
    suggestions: list[Suggestion]


@dataclass
class Step:
    at: float
    component: str
    title: Text
    text: Text
    note: str = ''
    subject: str = ''
    object: Any = None
    before: Any = None


@dataclass
class Flow:
    command: str
    at: float
    steps: list[Step]


@dataclass
class Solved:
    commands: int
    best: int
    text: Text
    keep: Text


@dataclass
class Table:
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]


class FakeTerminal:
    def __init__(self, session: FakeSession) -> None:
        self.session = session
        self.on_output: Callable[[str], None] | None = None
        self.open_editor: Any = None
        self.size = (80, 24)
        self.typed: list[str] = []
        self.mode = SANE

    def write(self, text: str) -> None:
        if self.on_output:
            self.on_output(text)

    def type_key(self, key: str) -> None:
        self.typed.append(key)

    def suspend(self) -> None:
        self.write('^Z\r\n')

    def type_line(self, text: str, shown: bool = False) -> None:
        self.write(f'{text}\r\n')
        self.typed.append(text)

    def interrupt(self) -> None:
        self.write('^C\r\n')
        self.session.running = False

    def resize(self, columns: int, rows: int) -> None:
        self.size = (columns, rows)

    def end_of_file(self) -> None:
        self.session.running = False


class FakeHistory:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.at = 0

    def add(self, text: str) -> None:
        self.lines.append(text)
        self.at = len(self.lines)

    def up(self, text: str) -> str | None:
        if not self.at:
            return None
        self.at -= 1
        return self.lines[self.at]

    def down(self, text: str) -> str | None:
        if self.at >= len(self.lines):
            return None
        self.at += 1
        return self.lines[self.at] if self.at < len(self.lines) else ''

    def search(self, query: str, skip: int = 0) -> str | None:
        found = [line for line in reversed(self.lines) if query in line]
        return found[skip] if skip < len(found) else None


NOT_FOUND = 'Error from server (NotFound): deployments.apps "wbe" not found'
WORDS = [('create', '创建对象', 'Create a resource'), ('get', '列出对象', 'Display one or many resources'),
         ('describe', '显示细节', 'Show details of a resource'), ('delete', '删除对象', 'Delete resources'),
         ('scale', '改变副本数', 'Set a new size for a Deployment')]


class FakeSession:
    """Answers `kubectl create deployment`, `kubectl scale`, `kubectl get pods`, `sleep`, `clear`, `vi`."""

    prompt = 'learner@controlplane:~$ '

    def __init__(self) -> None:
        self.terminal = FakeTerminal(self)
        self.history = FakeHistory()
        self.running = False
        self.now = 0.0
        self.speed = 1.0
        self.paused = False
        self.replicas = 0
        self.ready = 0
        self.version = 1
        self.commands = 0
        self.error: str | None = None
        self.hints = [Text(zh='创建对象用 `kubectl create`。', en='Objects are created with `kubectl create`.'),
                      Text.same('`kubectl create deployment --help`')]
        self.hints_shown: list[Text] = []
        self._solution = itertools.cycle(['kubectl create deployment web --image=nginx:1.27 --replicas=3'])

    @property
    def hints_total(self) -> int:
        return len(self.hints)

    def submit(self, text: str) -> None:
        if not text.strip():
            return
        self.history.add(text)
        self.commands += 1
        self.error = None
        write = self.terminal.write
        if text.startswith('kubectl create deployment web'):
            self.replicas = 3 if '--replicas=3' in text else 1
            self.version += 1
            write('deployment.apps/web created\r\n')
        elif text.startswith('kubectl scale deployment web '):
            self.replicas = int(text.rpartition('=')[2])
            self.version += 1
            write('deployment.apps/web scaled\r\n')
        elif text.startswith('kubectl get pods'):
            write('NAME                   READY   STATUS    RESTARTS   AGE\r\n')
            for pod in self.pods():
                write(f'{pod.name}   1/1     Running   0          9s\r\n')
        elif text.startswith('sleep') or text == 'yes':
            self.running = True
            write('y\r\n' * (100_000 if text == 'yes' else 0))
        elif text == 'clear':
            write('\x1b[H\x1b[2J\x1b[3J')
        elif text.startswith('vi '):
            self.terminal.open_editor(text.split()[1], 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web # 名字\n',
                               self._saved)
        elif text.startswith('cat'):
            write(f'<{text}>\r\n')
        else:
            self.error = NOT_FOUND
            write(f'{NOT_FOUND}\r\n')

    def _saved(self, text: str | None) -> None:
        self.terminal.write(f'saved {len(text) if text is not None else "nothing"}\r\n')

    def needs_more(self, text: str) -> bool:
        return "<<'EOF'" in text and not text.endswith('\nEOF')

    def pump(self, seconds: float) -> None:
        if self.paused or not seconds:
            return
        self.now += seconds * self.speed
        if self.ready != self.replicas:
            self.ready = self.replicas
            self.version += 1

    def complete(self, text: str, cursor: int) -> list[Completion]:
        start = text.rfind(' ', 0, cursor) + 1
        return [Completion(word, start, Text(zh=zh, en=en)) for word, zh,
                en in WORDS if word.startswith(text[start:cursor])]

    def highlight(self, text: str) -> list[Span]:
        first = len(text.split(' ')[0])
        return [Span(0, first, 'command')] if text else []

    def jump(self) -> bool:
        found, paused = self.ready != self.replicas, self.paused
        self.paused = False
        self.pump(1)
        self.paused = paused
        return found

    def undo(self) -> bool:
        if not self.commands:
            return False
        self.replicas, self.commands, self.version = 0, self.commands - 1, self.version + 1
        return True

    def reset(self) -> None:
        self.replicas = self.commands = 0
        self.version += 1

    def pods(self) -> list[Pod]:
        return [Pod('default', f'web-7d876db474-{end}', 'ready' if index < self.ready else 'underway',
                    '' if index < self.ready else 'ContainerCreating')
                for index, end in enumerate(['4d47l', 'x2x9p', 'mmk8q'][:self.replicas])]

    def cluster_view(self) -> View:
        pods = self.pods()
        return View(self.version, [
            Node('controlplane', components=('kube-apiserver', 'etcd', 'kube-scheduler', 'kube-controller-manager')),
            Node('node01', pods=pods[::2]), Node('node02', pods=pods[1::2])])

    def checks(self) -> list[Check]:
        found = Text.same(str(self.ready))
        return [Check('web', Text.same('Deployment web'), self.replicas > 0, expected=Text(zh='存在', en='exists'),
                      found=Text(zh='不存在', en='does not exist')),
                Check('replicas', Text(zh='3 个副本', en='3 replicas'), self.ready == 3, waiting=self.replicas == 0,
                      expected=Text.same('3'), found=found)]

    def next_hint(self) -> Text | None:
        if len(self.hints_shown) == len(self.hints):
            return None
        self.hints_shown.append(self.hints[len(self.hints_shown)])
        return self.hints_shown[-1]

    def next_solution_command(self) -> str | None:
        return next(self._solution)

    def solved(self) -> Solved:
        return Solved(self.commands, 1, Text(zh='你先声明了想要的状态，Deployment 控制器把现状一步步变成它。',
                                             en='You declared a state; the controller made it real, step by step.'),
                      Text.same('kubectl create deployment NAME --image=IMAGE --replicas=N'))

    def why(self) -> Explanation | None:
        if self.error is None:
            return None
        return Explanation(self.error, Text(
            zh='命名空间 default 里没有叫 `wbe` 的 Deployment；有一个名字相近的：`web`。',
            en='There is no Deployment `wbe` in namespace default; one is close: `web`.'), [
            Suggestion(Text(zh='看一看', en='Look'), 'kubectl get deployments'),
            Suggestion(Text(zh='多半要的是', en='Likely'), 'kubectl scale deployment web --replicas=3')])

    def puzzling(self) -> bool:
        return self.error is not None

    def flow(self) -> list[Flow]:
        if not self.history.lines:
            return []
        step = Text(zh='看到新的 Deployment，创建一个 ReplicaSet。',
                    en='Sees a new Deployment and creates a ReplicaSet.')
        replicaset = {'apiVersion': 'apps/v1', 'kind': 'ReplicaSet', 'metadata': {'name': 'web-7d876db474'},
                      'spec': {'replicas': 1}}
        names = [('kubectl', 'kubectl', 'POST …/deployments'), ('apiserver', 'API server', '认证 鉴权 准入'),
                 ('etcd', 'etcd', 'rev 412'),
                 ('deployment-controller', 'deployment 控制器', ''), ('scheduler', 'scheduler', '→ node01')]
        return [Flow(command, 0.0, [
            Step(0.003 * index, component, Text.same(title), step, note,
                 'ReplicaSet/web-7d876db474' if index == 3 else '',
                 replicaset if index == 3 else None) for index, (component, title, note) in enumerate(names)])
            for command in self.history.lines]

    def objects(self) -> Table:
        return Table(('NAMESPACE', 'KIND', 'NAME'), [('default', 'Pod', pod.name) for pod in self.pods()])

    def nodes(self) -> Table:
        return Table(('NAME', 'STATUS'), [('controlplane', 'Ready'), ('node01', 'Ready')])

    def events(self) -> Table:
        return Table(('LAST SEEN', 'REASON', 'OBJECT'), [('2s', 'Scheduled', 'pod/web')])
