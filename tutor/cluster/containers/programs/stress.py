"""stress: workers that use CPU or memory, and what happens to those that use too much."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.shell.process import IO, Context, Process

UNITS = {'B': 1, 'K': 1024, 'M': 1024**2, 'G': 1024**3}
TIMES = {'s': 1, 'm': 60, 'h': 3600, 'd': 86400}
FOREVER = 10**9
TOUCHED = 2e9
"""Bytes of memory that one core touches in a second."""
USAGE = """\
`stress' imposes certain types of compute stress on your system

Usage: stress [OPTION [ARG]] ...
 -?, --help         show this help statement
     --version      show version statement
 -v, --verbose      be verbose
 -q, --quiet        be quiet
 -n, --dry-run      show what would have been done
 -t, --timeout N    timeout after N seconds
     --backoff N    wait factor of N microseconds before work starts
 -c, --cpu N        spawn N workers spinning on sqrt()
 -i, --io N         spawn N workers spinning on sync()
 -m, --vm N         spawn N workers spinning on malloc()/free()
     --vm-bytes B   malloc B bytes per vm worker (default is 256MB)
     --vm-stride B  touch a byte every B bytes (default is 4096)
     --vm-hang N    sleep N secs before free (default none, 0 is inf)
     --vm-keep      redirty memory instead of freeing and reallocating
 -d, --hdd N        spawn N workers spinning on write()/unlink()
     --hdd-bytes B  write B bytes per hdd worker (default is 1GB)

Example: stress --cpu 8 --io 4 --vm 2 --vm-bytes 128M --timeout 10s

Note: Numbers may be suffixed with s,m,h,d,y (time) or B,K,M,G (size).
"""
SHORT = {'c': 'cpu', 'i': 'io', 'm': 'vm', 'd': 'hdd', 't': 'timeout', 'q': 'quiet', 'v': 'verbose', 'n': 'dry-run'}
FLAGS = frozenset({'vm-keep', 'quiet', 'verbose', 'dry-run', 'help', 'version'})


class BadOption(Exception):
    """The text of the complaint."""


@dataclass(slots=True)
class Options:
    """What is asked for."""

    cpu: int = 0
    io: int = 0
    vm: int = 0
    hdd: int = 0
    vm_bytes: int = 256 * 1024**2
    hang: float | None = None
    keep: bool = False
    timeout: float = 0.0
    quiet: bool = False

    @property
    def share(self) -> float:
        """How much of a core a vm worker keeps busy: between two rounds of touching its memory it may sleep."""
        if self.hang is None or self.keep:
            return 1.0
        touching = self.vm_bytes / TOUCHED
        return touching / (touching + self.hang) if self.hang else 0.0


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """stress."""
    if '--version' in argv:
        io.stdout.write('stress 1.0.4\n')
        return 0
    if '--help' in argv or '-?' in argv:
        io.stdout.write(USAGE)
        return 0
    try:
        options = parse(argv[1:])
    except BadOption as problem:
        io.stderr.write(f'stress: FAIL: [{ctx.pid}] (244) {problem}\n')
        return 1
    if not options.cpu + options.io + options.vm + options.hdd:
        io.stdout.write(USAGE)
        return 0
    return await _Stress(options, io, ctx).run()


class _Stress:
    def __init__(self, options: Options, io: IO, ctx: Context) -> None:
        self._options = options
        self._io = io
        self._ctx = ctx

    async def run(self) -> int:
        options, ctx = self._options, self._ctx
        self._say('info', 'dispatching hogs: '
                  f'{options.cpu} cpu, {options.io} io, {options.vm} vm, {options.hdd} hdd')
        begun = ctx.simulation.now
        workers = [self._start(0, 1.0) for _ in range(options.cpu + options.io + options.hdd)]
        workers += [self._start(options.vm_bytes, options.share) for _ in range(options.vm)]
        ended = ctx.simulation.future()
        for worker in workers:
            worker.exit.on_done(lambda task, worker=worker: ended.resolve((worker, task.result())))
        ctx.signals['TERM'] = lambda: ended.resolve(None)
        done = await ctx.simulation.within(options.timeout or FOREVER, ended)
        took = int(ctx.simulation.now - begun)
        if not done or ended.result() is None:
            for worker in workers:
                worker.kill('TERM')
            if done:
                return 143
            self._say('info', f'successful run completed in {took}s')
            return 0
        worker, status = ended.result()
        self._say('FAIL', f'(415) <-- worker {worker.pid} got signal {max(status - 128, 0)}')
        self._say('WARN', '(417) now reaping child worker processes')
        self._say('FAIL', '(421) kill error: No such process')
        self._say('FAIL', f'(451) failed run completed in {took}s')
        return 1

    def _start(self, size: int, share: float) -> Process:
        async def work(argv: list[str], io: IO, ctx: Context) -> int:
            host = ctx.host
            if size:
                await host.compute(size / TOUCHED)
                host.allocate(ctx.pid, size)
            host.burn(ctx.pid, share)
            await ctx.simulation.sleep(FOREVER)
            return 0

        return self._ctx.host.start(work, ['stress'], self._io, self._ctx)

    def _say(self, kind: str, text: str) -> None:
        stream = self._io.stdout if kind == 'info' else self._io.stderr
        if not (self._options.quiet and kind == 'info'):
            stream.write(f'stress: {kind}: [{self._ctx.pid}] {text}\n')


def parse(words: list[str]) -> Options:
    """Options from the command line. Raises BadOption."""
    options, rest = Options(), list(words)
    while rest:
        word = rest.pop(0)
        name = word[2:] if word.startswith('--') else SHORT.get(word[1:], '') if word.startswith('-') else ''
        name, equals, given = name.partition('=')
        if not name:
            raise BadOption(f'unrecognized option: {word}')
        if name in FLAGS:
            options.quiet = options.quiet or name == 'quiet'
            options.keep = options.keep or name == 'vm-keep'
            continue
        if not equals and not rest:
            raise BadOption(f'missing argument to option \'{word}\'')
        _set(options, name, given if equals else rest.pop(0))
    return options


def _set(options: Options, name: str, text: str) -> None:
    if name in ('cpu', 'io', 'vm', 'hdd') and text.isdigit():
        setattr(options, name, int(text))
    elif name == 'vm-bytes':
        options.vm_bytes = _scaled(text, UNITS)
    elif name == 'timeout':
        options.timeout = _scaled(text, TIMES)
    elif name == 'vm-hang':
        options.hang = _scaled(text, TIMES)
    elif name not in ('vm-stride', 'hdd-bytes', 'backoff'):
        raise BadOption(f'unrecognized option: --{name}' if not text.isdigit() else f'not a number: {text}')


def _scaled(text: str, units: dict[str, int]) -> int:
    number, unit = (text[:-1], units.get(text[-1:], 0)) if text[-1:] in units else (text, 1)
    if not number.isdigit():
        raise BadOption(f'atoll_b: {text}')
    return int(number) * unit
