"""The shell as a program: sh, bash, ash. `-c`, a script, standard input, or a conversation on a terminal."""

from __future__ import annotations

from dataclasses import replace

from tutor.shell import listing
from tutor.shell.foreground import INTERRUPTED, Foreground
from tutor.shell.interpreter import Shell
from tutor.shell.lexer import SyntaxProblem
from tutor.shell.parser import parse_status
from tutor.shell.process import IO, PATH, Context
from tutor.shell.prompts import before_prompt, decoded, shortened, unfurnished
from tutor.shell.special import MACHINE, VERSION
from tutor.shell.switches import LETTERS
from tutor.shell.tails import last_commands
from tutor.shell.unwinding import Exit
from tutor.shell.vfs import normalize
from tutor.shell.wording import dialect_of

SH_PROMPT = r'sh-5.1\$ '
"""What bash asks with where it is `sh`."""
NUMBERING = 1, 38
"""The release of BusyBox whose ash numbers the lines of a -c, too."""
LONG = ('--login', '--norc', '--noprofile', '--posix', '--verbose', '--noediting')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """sh [-eunsx] [-o OPTION] [-c COMMAND [NAME [ARG…]] | SCRIPT [ARG…]]"""
    name = argv[0].rpartition('/')[2].lstrip('-')
    if argv[1:2] == ['--version'] and name == 'bash':
        io.stdout.write(f'GNU bash, version {VERSION} ({MACHINE})\n')
        return 0
    words, options, letters = argv[1:], {}, ''
    while words and words[0][:1] in ('-', '+') and len(words[0]) > 1:
        word = words.pop(0)
        if word in ('--', '-'):
            break
        if word.startswith('--') and word not in LONG:
            io.stderr.write(f'{name}: {word}: invalid option\n')
            return 2
        for letter in word[1:] if not word.startswith('--') else ():
            if letter == 'o' and words:
                options[words.pop(0)] = word[0] == '-'
            elif letter in LETTERS:
                options[LETTERS[letter]] = word[0] == '-'
            letters += letter
    if 'c' in letters:
        if not words:
            io.stderr.write(f'{name}: -c: option requires an argument\n')
            return 2
        shell = _shell(io, ctx, words[1] if len(words) > 1 else name, tuple(words[2:]), options, name)
        shell.line, shell.from_option = 1, True
        # ash_vmsg: a -c without a $0 is no command to it, and before BusyBox 1.38 it numbered lines for those alone.
        shell.numbers = shell.dialect.name != 'ash' or len(words) > 1 or ctx.host.busybox >= NUMBERING
        if shell.dialect.name == 'bash' or (shell.busybox and shell.dialect.name == 'ash'):
            shell.last_commands = last_commands(words[0], shell.dialect.name == 'bash')
        if shell.dialect.name != 'bash' or 'i' in letters:
            _catch_interrupt(shell)
        return await run(shell, words[0])
    if words and 's' not in letters:
        path = normalize(words[0], ctx.cwd)
        try:
            text = ctx.files.read_text(path)
        except OSError as problem:
            return _unreadable(name, words[0], problem, io, ctx)
        return await run_script(words[0], text, words[1:], io, ctx, options, name)
    shell = _shell(io, ctx, name, tuple(words), options)
    shell.from_input = True
    if io.stdin.isatty:
        shell.interactive = True
        return await converse(shell, argv[0].startswith('-') or '--login' in argv)
    shell.line = 1
    return await run_lines(shell)


def _unreadable(name: str, path: str, problem: OSError, io: IO, ctx: Context) -> int:
    dialect = dialect_of(name, ctx.host.userland)
    if dialect.name == 'bash':
        io.stderr.write(f'{name}: {path}: {problem.strerror}\n')
        return 127
    io.stderr.write(dialect.complaint(name, 0, dialect.cannot_open(path, problem)))
    return 2


async def run_script(path: str, text: str, words: list[str], io: IO, ctx: Context,
                     options: dict[str, bool] | None = None, name: str = '', own: str = 'bash') -> int:
    """Run a script file in a shell of its own: the one called `name`, else the one that its first line names, else
    `own`."""
    interpreter = text[2:].partition('\n')[0].split() if text.startswith('#!') else []
    if interpreter and interpreter[0].rpartition('/')[2] == 'env':
        interpreter = interpreter[1:]
    own = interpreter[0].rpartition('/')[2] if interpreter else own
    shell = _shell(io, ctx, path, tuple(words), options or {}, name or own)
    for word in interpreter[1:]:
        shell.options.update((LETTERS[letter], True) for letter in word.lstrip('-') if letter in LETTERS)
    shell.line = 1
    return await run(shell, text)


def _catch_interrupt(shell: Shell) -> None:
    """setsignal of dash and ash: with -c SIGINT is caught, also by the first process of a container, which it does not
    kill; raise_interrupt then leaves. An interactive bash goes back to where it was started."""
    process = shell.ctx.host.processes.get(shell.ctx.pid)
    if process is None:
        return

    async def leave() -> None:
        shell.status = INTERRUPTED
        process.leave(await shell.run_exit_trap())

    def interrupt() -> None:
        if process.pid != 1:
            process.kill('INT')
        else:
            shell.ctx.simulation.spawn(leave(), 'SIGINT')

    shell.ctx.signals.setdefault('INT', interrupt)


def _shell(io: IO, ctx: Context, name: str, words: tuple[str, ...], options: dict[str, bool],
           program: str = '') -> Shell:
    shell = Shell(replace(ctx), io, name, words)
    if program:
        shell.dialect = dialect_of(program, ctx.host.userland)
    shell.options.update(options)
    if shell.variables.get('PATH') is None:
        shell.variables.set('PATH', PATH)
    listing.begin(shell)
    return shell


async def run(shell: Shell, text: str) -> int:
    """Run a whole text; the exit status of the shell."""
    try:
        status = await shell.run_block(text)
    except Exit as leaving:
        status = leaving.status
    return await _ended(shell, status)


async def _ended(shell: Shell, status: int) -> int:
    shell.status = status
    return await shell.run_exit_trap()


async def run_lines(shell: Shell) -> int:
    """Run what comes on standard input as soon as a command is complete; the exit status of the shell."""
    pending = ''
    while line := await shell.io.stdin.readline():
        pending += line.decode('utf-8', 'replace')
        if parse_status(pending.rstrip('\n')) == 'incomplete':
            continue
        text, pending = pending, ''
        try:
            await shell.run_block(text)
        except Exit as leaving:
            return await _ended(shell, leaving.status)
    return await run(shell, pending)


def prompt(shell: Shell) -> str:
    """What an interactive shell asks with: `/ # ` in BusyBox, `root@host:/# ` in bash."""
    chosen = shell.variables.get('PS1')
    if chosen is not None:
        return decoded(chosen, shell)
    sign = '#' if shell.ctx.uid == 0 else '$'
    text = '' if shell.busybox and shell.dialect.name != 'bash' else unfurnished(shell)
    if text:
        return decoded(text if shell.name != 'sh' else SH_PROMPT, shell)
    place = shortened(shell)
    if shell.busybox or shell.name in ('sh', 'ash'):
        return f'{place} {sign} ' if shell.busybox else f'{sign} '
    return f'{shell.ctx.user}@{shell.ctx.host.hostname}:{place}{sign} '


async def converse(shell: Shell, login: bool = False) -> int:
    """Ask, read, run, until the end of the input or `exit`."""
    pending, farewell = '', 'logout\n' if login else 'exit\n'
    foreground = Foreground(shell)
    while True:
        if not pending:
            await foreground.run(before_prompt(shell))
        shell.io.stdout.write('> ' if pending else prompt(shell))
        line = await foreground.run(shell.io.stdin.readline())
        if line is None:
            pending = ''
            continue
        if not line:
            shell.io.stdout.write(farewell if not shell.busybox else '\n')
            return shell.status
        pending += line.decode('utf-8', 'replace')
        try:
            if parse_status(pending.rstrip('\n')) == 'incomplete':
                continue
            text, pending = pending, ''
            if await foreground.run(shell.run_block(text)) is None:
                shell.status = INTERRUPTED
        except Exit as leaving:
            if shell.name == 'bash':
                shell.io.stderr.write(farewell)
            return leaving.status
        except SyntaxProblem as problem:
            shell.complain(shell.io, str(problem))
            pending = ''
