"""find: the program, its expression and its actions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.find.tests import WITH_VALUE, Entry, empty, make, printed
from tutor.shell.programs.running import NotRunnable, start
from tutor.shell.programs.versions import Version
from tutor.shell.streams import BytesReader
from tutor.shell.vfs import Directory, normalize

Step = Callable[[Entry], Awaitable[bool]]
STARTS = ('-', '(', ')', '!', ',')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """find [FOLDER…] [EXPRESSION]"""
    words = argv[1:]
    if ctx.host.userland != 'busybox' and words and words[0] in ('--version', '-version'):
        raise Version('find')
    while words and words[0] in ('-L', '-H', '-P'):
        words = words[1:]
    paths = []
    while words and not (words[0].startswith(STARTS) and words[0] != '-'):
        paths.append(words.pop(0))
    search = _Search(words, io, ctx)
    for path in paths or ['.']:
        await search.below(path)
    await search.finish()
    return search.status


class _Search:
    def __init__(self, words: list[str], io: IO, ctx: Context) -> None:
        self._words = words
        self._place = 0
        self._io = io
        self._ctx = ctx
        self._acts = False
        self._depth_first = False
        self._least, self._most = 0, 10**9
        self._pruned = False
        self._quit = False
        self._batches: list[tuple[list[str], list[str]]] = []
        self.status = 0
        self._step = self._or() if words else self._always
        if self._place < len(words):
            raise Complaint(f"paths must precede expression: `{words[self._place]}'" if words[self._place] != ')'
                            else "invalid expression; you have too many ')'")

    # -- walking ------------------------------------------------------------------------------------------------

    async def below(self, path: str) -> None:
        whole = normalize(path, self._ctx.cwd)
        try:
            node = self._ctx.files.node(whole, follow=path.endswith('/'))
        except OSError as problem:
            shown = path if self._ctx.host.userland == 'busybox' else f'‘{path}’'
            self._io.stderr.write(f'find: {shown}: {reason(problem)}\n')
            self.status = 1
            return
        for count, entry in enumerate(self._walk(Entry(path, whole, node, 0, path))):
            if not count % 2000:
                await self._ctx.simulation.sleep(0)
            if self._quit:
                return
            await self._visit(entry)

    def _walk(self, entry: Entry) -> Iterator[Entry]:
        self._pruned = False
        if not self._depth_first and entry.depth >= self._least:
            yield entry
        if isinstance(entry.node, Directory) and not self._pruned and entry.depth < self._most:
            for name in self._order(entry.node):
                path = f'{entry.path.rstrip("/")}/{name}'
                try:
                    node = self._ctx.files.node(path, follow=False)
                except OSError:
                    continue
                yield from self._walk(Entry(f'{entry.shown.rstrip("/")}/{name}' if entry.shown != '/' else f'/{name}',
                                            path, node, entry.depth + 1, entry.start))
        self._pruned = False
        if self._depth_first and entry.depth >= self._least:
            yield entry

    def _order(self, node: Directory) -> list[str]:
        """The order of a directory's entries: the newest first in a container, by name on a machine."""
        names = list(node.entries)
        return names[::-1] if self._ctx.host.userland == 'busybox' else sorted(names)

    async def _visit(self, entry: Entry) -> None:
        if await self._step(entry) and not self._acts:
            self._io.stdout.write(entry.shown + '\n')
            await self._io.stdout.drain()

    async def finish(self) -> None:
        """Run what -exec … + has gathered."""
        for command, names in self._batches:
            if names:
                await self._run([word for word in command if word != '{}'] + names)

    # -- the expression -----------------------------------------------------------------------------------------

    @staticmethod
    async def _always(_: Entry) -> bool:
        return True

    def _peek(self) -> str | None:
        return self._words[self._place] if self._place < len(self._words) else None

    def _or(self) -> Step:
        left = self._and()
        while self._peek() in ('-o', '-or', ','):
            comma = self._peek() == ','
            self._place += 1
            left = self._joined(left, self._and(), comma)
        return left

    @staticmethod
    def _joined(left: Step, right: Step, comma: bool) -> Step:
        async def either(entry: Entry) -> bool:
            first = await left(entry)
            if comma:
                return await right(entry)
            return first or await right(entry)
        return either

    def _and(self) -> Step:
        left = self._not()
        while (word := self._peek()) is not None and word not in ('-o', '-or', ')', ','):
            if word in ('-a', '-and'):
                self._place += 1
            left = self._both(left, self._not())
        return left

    @staticmethod
    def _both(left: Step, right: Step) -> Step:
        async def both(entry: Entry) -> bool:
            return await left(entry) and await right(entry)
        return both

    def _not(self) -> Step:
        if self._peek() in ('!', '-not'):
            self._place += 1
            inner = self._not()

            async def negated(entry: Entry) -> bool:
                return not await inner(entry)
            return negated
        return self._primary()

    def _primary(self) -> Step:
        word = self._peek()
        if word is None:
            raise Complaint('expected an expression after ' + f"`{self._words[-1]}'" if self._words
                            else 'empty expression')
        self._place += 1
        if word == '(':
            if len(self._words) > 500:
                raise Complaint('expression too long')
            inner = self._or()
            if self._peek() != ')':
                raise Complaint("invalid expression; I was expecting to find a ')' somewhere but did not see one.")
            self._place += 1
            return inner
        if word in WITH_VALUE:
            return self._with_value(word)
        match word:
            case '-print' | '-print0':
                self._acts = True
                return self._print('\n' if word == '-print' else '\0')
            case '-ls':
                self._acts = True
                return self._print('\n')
            case '-delete':
                self._acts = self._depth_first = True
                return self._delete
            case '-prune':
                return self._prune
            case '-quit':
                self._acts = True
                return self._stop
            case '-exec' | '-execdir' | '-ok':
                return self._exec(word)
            case '-empty':
                return self._plain(empty)
            case '-depth' | '-d':
                self._depth_first = True
                return self._always
            case '-true' | '-mount' | '-xdev' | '-follow' | '-noleaf' | '-daystart':
                return self._always
            case '-false':
                return self._plain(lambda _: False)
        if word.startswith('-'):
            raise Complaint(f"unknown predicate `{word}'" if self._ctx.host.userland != 'busybox'
                            else f'unrecognized: {word}')
        raise Complaint(f"paths must precede expression: `{word}'")

    def _with_value(self, word: str) -> Step:
        value = self._peek()
        if value is None:
            raise Complaint(f"missing argument to `{word}'")
        self._place += 1
        if word in ('-maxdepth', '-mindepth'):
            if not value.isdigit():
                raise Complaint(f'Expected a positive decimal integer argument to {word}, but got ‘{value}’')
            if word == '-maxdepth':
                self._most = int(value)
            else:
                self._least = int(value)
            return self._always
        if word == '-printf':
            self._acts = True

            async def show(entry: Entry) -> bool:
                self._io.stdout.write(printed(value, entry, self._ctx))
                return True
            return show
        return self._plain(make(word, value, self._ctx))

    @staticmethod
    def _plain(test: Callable[[Entry], bool]) -> Step:
        async def step(entry: Entry) -> bool:
            return test(entry)
        return step

    # -- actions ------------------------------------------------------------------------------------------------

    def _print(self, end: str) -> Step:
        async def show(entry: Entry) -> bool:
            self._io.stdout.write(entry.shown + end)
            await self._io.stdout.drain()
            return True
        return show

    async def _delete(self, entry: Entry) -> bool:
        from tutor.shell.access import guard
        try:
            if entry.shown == '.':
                return True
            guard(entry.path, self._ctx)
            (self._ctx.files.rmdir if isinstance(entry.node, Directory) else self._ctx.files.remove)(entry.path)
        except OSError as problem:
            self._io.stderr.write(f'find: cannot delete ‘{entry.shown}’: {reason(problem)}\n')
            self.status = 1
            return False
        return True

    async def _prune(self, _: Entry) -> bool:
        self._pruned = True
        return True

    async def _stop(self, _: Entry) -> bool:
        self._quit = True
        return True

    def _exec(self, word: str) -> Step:
        self._acts = True
        command: list[str] = []
        while (each := self._peek()) not in (';', None) and not (each == '+' and command[-1:] == ['{}']):
            command.append(str(each))
            self._place += 1
        if self._peek() is None or not command:
            raise Complaint(f"missing argument to `{word}'")
        gather = self._peek() == '+'
        self._place += 1
        if gather:
            names: list[str] = []
            self._batches.append((command, names))

            async def collect(entry: Entry) -> bool:
                names.append(entry.shown)
                return True
            return collect

        async def run(entry: Entry) -> bool:
            return await self._run([part.replace('{}', entry.shown) for part in command])
        return run

    async def _run(self, argv: list[str]) -> bool:
        try:
            process = start(argv, IO(BytesReader(), self._io.stdout, self._io.stderr), self._ctx)
        except NotRunnable as problem:
            self._io.stderr.write(f'find: ‘{argv[0]}’: {problem}\n')
            return False
        return await process.exit == 0
