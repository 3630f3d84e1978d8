"""kubectl: finds the command, parses its flags, runs it, and words what went wrong."""

from __future__ import annotations

from tutor.cluster.simulation import Writer
from tutor.kubectl.cmd.root import COMPLETE, root
from tutor.kubectl.command import Found, find, first_argument
from tutor.kubectl.errors import ERRORS, KubectlError, UsageError, exit_code, message
from tutor.kubectl.factory import Factory
from tutor.kubectl.preferences import Applied, PreferencesError, expand_alias, load, set_defaults
from tutor.kubectl.profiling import Profiling
from tutor.shell.pflag import FlagError, FlagSet
from tutor.shell.process import IO, Context


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """The program: argv[0] is 'kubectl'; the result is its exit status."""
    try:
        return await _run(argv[1:], io, ctx)
    except ERRORS as error:
        io.stderr.write(message(error))
        return exit_code(error)
    except PreferencesError as error:
        io.stderr.write(f'error occurred while applying preferences {error}\n')
        return 1


async def _run(words: list[str], io: IO, ctx: Context) -> int:
    if words and words[0] in COMPLETE:
        from tutor.kubectl.completion_request import answer
        return answer(words, io, ctx)
    top = root()
    asks_for_help, words = _help_command(words, top)
    preferences, given = load(ctx, words, io.stderr), words
    applied = expand_alias(preferences, words, top, io.stderr) if preferences is not None else Applied(words)
    words = applied.words
    found, rest = find(top, words)
    if asks_for_help and found is top and first_argument(rest, top.flag_set()) >= 0:
        return _unknown_topic(top, rest, io)
    status = await _plugin(top, found, words, rest, io, ctx)
    if status is not None:
        return status
    if found is top:
        _refuse_unknown(top, rest)
    flags = found.flag_set()
    if preferences is not None and found is not top:
        set_defaults(preferences, applied, given, found, top, flags, io.stderr)
    try:
        flags.parse(rest)
    except FlagError as error:
        raise _flag_error(found, error) from None
    for note in flags.notes:
        io.stderr.write(note)
    if asks_for_help or flags['help']:
        return _show_help(found, io)
    return await _execute(found, flags, io, ctx)


async def _plugin(top: Found, found: Found, words: list[str], rest: list[str], io: IO, ctx: Context) -> int | None:
    """Run a plugin for a command that there is not, or a sub-command of `create`; None when there is no plugin."""
    if found is top:
        least = 1 if first_argument(rest, top.flag_set()) >= 0 else 0
    else:
        unknown = found.path == 'kubectl create' and rest and not rest[0].startswith('-')
        least = len(words) - len(rest) + 1 if unknown else 0
    if not least:
        return None
    from tutor.kubectl.plugins import run_plugin
    return await run_plugin(words, least, io, ctx)


async def _execute(found: Found, flags: FlagSet, io: IO, ctx: Context) -> int:
    command = found.command
    if command.options is None:
        return _only_subcommands(found, flags, io)
    factory = Factory(ctx, io, flags)
    profiling = Profiling(factory)
    missing = [f'"{name}"' for name in command.required if not flags.changed(name)]
    if missing:
        raise KubectlError(f'required flag(s) {", ".join(missing)} not set')
    options = command.options(factory, found, flags)
    try:
        options.complete()
        options.validate()
        status = await options.run() or 0
        await options.factory.catch_up()
        profiling.end()
        return status
    except UsageError as error:
        raise KubectlError(f"{error}\nSee '{found.path} -h' for help and examples", error.code) from None
    except ERRORS as error:
        await options.factory.catch_up()
        if flags['v'] >= 4:
            from tutor.kubectl.verbosity import log_refusals
            log_refusals(options.factory, error)
        raise
    finally:
        options.factory.close()


def _flag_error(found: Found, error: FlagError) -> KubectlError:
    """cmdutil.UsageErrorf where 1 has a meaning of its own, cobra's own words elsewhere."""
    code = found.command.flag_error_code
    hint = f"See '{found.path} --help' for usage." if code == 1 else f"See '{found.path} -h' for help and examples"
    return KubectlError(f'{error}\n{hint}', code)


def _help_command(words: list[str], top: Found) -> tuple[bool, list[str]]:
    """`kubectl help get` is `kubectl get --help`."""
    at = first_argument(words, top.flag_set())
    if at >= 0 and words[at] == 'help':
        return True, words[:at] + words[at + 1:]
    return False, words


def _unknown_topic(top: Found, words: list[str], io: IO) -> int:
    """cobra's help command: which is no failure."""
    from tutor.kubectl.help import usage_text
    topic = ' '.join(f'`{word}`' for word in words)
    io.stderr.write(f'Unknown help topic [{topic}]\n\n\n{usage_text(top)}')
    return 0


def _refuse_unknown(top: Found, words: list[str]) -> None:
    """cobra's legacyArgs: the root takes no arguments of its own."""
    at = first_argument(words, top.flag_set())
    if at < 0:
        return
    from tutor.kubectl.suggestions import suggestions
    raise KubectlError(f'unknown command "{words[at]}" for "kubectl"{suggestions(words[at], top)}')


def _only_subcommands(found: Found, flags: FlagSet, io: IO) -> int:
    """DefaultSubCommandRun: a command that is only the parent of others shows its help and fails."""
    if not found.parents or found.command.lenient:
        return _show_help(found, io)
    if flags.args:
        raise KubectlError(f'unknown command "{" ".join(flags.args)}"\nSee \'{found.path} -h\' for help and examples')
    _write_help(found, io.stdout if found.command.help_to_stdout else io.stderr)
    return 1


def _show_help(found: Found, io: IO) -> int:
    if found.command.instead_of_help is not None:
        io.stderr.write(found.command.instead_of_help)
        return 0
    _write_help(found, io.stdout)
    return 0


def _write_help(found: Found, writer: Writer) -> None:
    from tutor.kubectl.help import help_text
    writer.write(help_text(found))
