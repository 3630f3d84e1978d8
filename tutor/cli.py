"""The `tutor` program: its commands and options. Each command imports what it needs when it runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.course.commands import Outcome
    from tutor.course.words import Text

VERSION = '0.1.0'
OK, NOT_PASSED, BAD_INPUT, INTERNAL = 0, 1, 2, 3
MODES = ('zh', 'en', 'both')


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status. Never a traceback: what was not foreseen goes to the log file."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    if argv == ['--version']:
        print(f'tutor {VERSION}')
        return OK
    options = _parser(_wanted_mode(argv)).parse_args(argv)
    if options.version:
        print(f'tutor {VERSION}')
        return OK
    try:
        return options.run(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        from tutor.i18n.voice import Voice
        from tutor.tui.resilient import log_failure
        path = log_failure(error)
        for line in Voice(_mode(options)).each('Something failed unexpectedly. Details: {path}', path=path):
            print(f'error: {line}', file=sys.stderr)
        return INTERNAL


# -- languages ----------------------------------------------------------------------------------------------------


def _wanted_mode(argv: list[str]) -> Any:
    """The language of the help texts, found before the arguments are parsed."""
    from tutor.i18n.modes import choose_mode
    flag = next((argv[place + 1] for place, word in enumerate(argv[:-1]) if word == '--lang'), None)
    flag = flag or next((word.partition('=')[2] for word in argv if word.startswith('--lang=')), None)
    return choose_mode(flag, None, os.environ)


def _mode(options: argparse.Namespace) -> Any:
    from tutor.i18n.modes import choose_mode
    return choose_mode(options.lang, None, os.environ)


def _complain(words: Text, options: argparse.Namespace) -> int:
    """One of our own errors, in the languages wanted."""
    from tutor.i18n.voice import Voice
    for sentence in Voice(_mode(options)).sentences(words):
        print(f'error: {sentence}', file=sys.stderr)
    return BAD_INPUT


# -- arguments ----------------------------------------------------------------------------------------------------


def _parser(mode: Any) -> argparse.ArgumentParser:
    from tutor.i18n.voice import Voice
    say = Voice(mode).label
    parser = argparse.ArgumentParser(prog='tutor', description=say('Learn Kubernetes in your terminal.'))
    parser.add_argument('--version', action='store_true', help=say('print the version'))
    parser.add_argument('--plain', action='store_true', help=say('running text without boxes, for screen readers'))
    _language(parser, say)
    parser.set_defaults(run=_app)
    commands = parser.add_subparsers(metavar='COMMAND')

    def command(name: str, text: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=text, description=text)
        _language(found, say, argparse.SUPPRESS)
        found.set_defaults(run=run, plain=False, version=False)
        return found

    _add_play(command('play', say('the shell alone; with a script, run it and record the answers'), _play), say)
    _add_grade(command('grade', say('grade submissions of an exercise'), _grade), say)
    _add_serve(command('serve', say('serve the cluster to your own tools: kubectl, k9s, Python'), _serve), say)
    lint = command('lint', say('check lessons and prove their exercises'), _lint)
    lint.add_argument('path', nargs='?', type=Path, help=say('a lesson, a part or a course; all by default'))
    lint.add_argument('--quick', action='store_true', help=say('do not run the exercises'))
    new = command('new', say('begin a part, a lesson or an exercise'), _new)
    new.add_argument('path', type=Path, help=say('the folder to make'))
    lessons = command('lessons', say('list the course'), _lessons)
    lessons.add_argument('--json', action='store_true', help=say('as JSON'))
    progress = command('progress', say('show how far you are'), _progress)
    progress.add_argument('--json', action='store_true', help=say('as JSON'))
    reset = command('reset', say('forget the record of a lesson, an exercise or everything'), _reset)
    reset.add_argument('what', nargs='?', default='', help=say('a lesson or an exercise; everything by default'))
    reset.add_argument('--yes', action='store_true', help=say('do not ask'))
    return parser


def _language(parser: argparse.ArgumentParser, say: Callable[..., str], default: Any = None) -> None:
    parser.add_argument('--lang', choices=MODES, default=default,
                        help=say('language: Chinese, English or both (default: from the environment)'))


def _add_play(play: argparse.ArgumentParser, say: Callable[..., str]) -> None:
    play.add_argument('script', nargs='?', type=Path, help=say('a script; its blocks are separated by blank lines'))
    play.add_argument('-c', dest='command', metavar='CMD', help=say('run these commands instead of a script'))
    play.add_argument('--cluster', type=Path, metavar='FILE', help=say('the cluster file'))
    play.add_argument('--seed', type=int, default=0, metavar='N', help=say('the seed of all randomness'))
    play.add_argument('--record', type=Path, metavar='FILE', help=say('write each answer as a line of JSON'))
    play.add_argument('--import', dest='imports', nargs='+', type=Path, default=[], metavar='PATH',
                      help=say('copy files and folders into the home folder of the shell first'))
    play.add_argument('--export', type=Path, metavar='DIR',
                      help=say('copy the home folder of the shell out at the end'))
    play.add_argument('--force', action='store_true', help=say('overwrite files that are there when exporting'))
    play.add_argument('--context', metavar='NAME', help=say('work on a REAL cluster: this context of your kubeconfig'))
    play.add_argument('--kubeconfig', type=Path, metavar='FILE',
                      help=say('the kubeconfig of the real cluster (default: $KUBECONFIG, ~/.kube/config)'))


def _add_grade(grade: argparse.ArgumentParser, say: Callable[..., str]) -> None:
    grade.add_argument('exercise', help=say('the id of an exercise, as `tutor lessons` lists it'))
    grade.add_argument('submissions', nargs='+', metavar='SUBMISSION',
                       help=say('a manifest, a script, or a folder of manifests or with one script'))
    grade.add_argument('--format', choices=('text', 'json', 'junit'), default='text', help=say('form of the report'))


def _add_serve(serve: argparse.ArgumentParser, say: Callable[..., str]) -> None:
    serve.add_argument('--port', type=int, default=6443, metavar='N', help=say('the port; 0 for any that is free'))
    serve.add_argument('--address', default='127.0.0.1', metavar='A',
                       help=say('the address; any but a loopback address lets other machines in'))
    serve.add_argument('--kubeconfig', type=Path, metavar='FILE', help=say('where to write the kubeconfig'))
    serve.add_argument('--cluster', type=Path, metavar='FILE', help=say('the cluster file'))
    serve.add_argument('--speed', type=float, default=1.0, metavar='X', help=say('how fast time passes'))
    serve.add_argument('--lesson', default='', metavar='EXERCISE',
                       help=say('the cluster of an exercise, whose checks are told as they change'))


# -- commands -----------------------------------------------------------------------------------------------------


def _app(options: argparse.Namespace) -> int:
    from tutor.tui.start import run_app, run_plain
    return run_plain(options.lang) if options.plain else run_app(options.lang)


def _play(options: argparse.Namespace) -> int:
    from tutor.cluster import config
    from tutor.course.words import Text
    from tutor.session.files import CannotCopy
    try:
        settings = config.load(options.cluster) if options.cluster else config.DEFAULT
        script: Path | None = options.script
        text = options.command
        if text is None and script is not None:
            text = script.read_text(encoding='utf-8')
        if options.context is not None or options.kubeconfig is not None:
            return _on_real_cluster(options, text)
        return _converse(options, settings) if text is None else _run_script(options, settings, text)
    except config.BadClusterFile as problem:
        return _complain(Text.same(str(problem)), options)
    except CannotCopy as problem:
        return _complain(problem.message, options)
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, 'strerror', None) or str(problem)
        return _complain(Text.same(f'{getattr(problem, "filename", None) or options.script}: {reason}'), options)


def _on_real_cluster(options: argparse.Namespace, script: str | None) -> int:
    """The shell on the cluster of one context of a kubeconfig of this machine."""
    from tutor.course.script import blocks
    from tutor.i18n.voice import Voice
    voice = Voice(_mode(options))
    try:
        from tutor.session.live.door import Door, NoContext, kubeconfig_path
        from tutor.session.live.session import LiveSession
    except ModuleNotFoundError as missing:
        return _fail(voice.each('{module} is missing; install it with: pip install "kubernetes-tutor[live]"',
                                module=missing.name))
    path = kubeconfig_path(options.kubeconfig)
    try:
        door = Door(path, options.context or '')
    except NoContext as unknown:
        return _fail(voice.each('there is no context "{context}" in {path}', context=unknown, path=path))
    for line in voice.each('This shell works on a REAL cluster: context {context}, {server}. What you change there is '
                           'changed for real and cannot be undone.', context=door.context, server=door.server):
        print(line, file=sys.stderr)
    session = LiveSession(door)
    try:
        if script is not None:
            return session.play(blocks(script), _show)
        from tutor.tui.play import run_shell
        return run_shell(session, voice)
    finally:
        door.close()


def _fail(lines: list[str]) -> int:
    """An error of the command line, once in each language."""
    for line in lines:
        print(f'error: {line}', file=sys.stderr)
    return BAD_INPUT


def _show(ran: Any) -> None:
    sys.stdout.write(ran.stdout)
    sys.stdout.flush()
    sys.stderr.write(ran.stderr)


def _run_script(options: argparse.Namespace, settings: Any, text: str) -> int:
    from tutor.i18n.voice import Voice
    from tutor.session.files import bring_in
    from tutor.session.script import play
    from tutor.session.workbench import Workbench
    from tutor.shell.speech import KEY as LANGUAGES
    bench = Workbench(settings, options.seed)
    bench.context.extras[LANGUAGES] = Voice(_mode(options)).languages
    bring_in(bench, options.imports)

    if options.record is None:
        status = play(bench, text, _show)
    else:
        with options.record.open('w', encoding='utf-8') as record:
            status = play(bench, text, _show, record)
    _log_failures(bench.simulation.failures)
    _export(bench, options)
    return status


def _log_failures(failures: list[tuple[str, Exception]]) -> None:
    """What went wrong inside the simulation is ours to mend: it goes to the log file."""
    from tutor.tui.resilient import log_failure
    for _, error in failures:
        log_failure(error)


def _converse(options: argparse.Namespace, settings: Any) -> int:
    from tutor.course.progress import Progress
    from tutor.i18n.voice import Voice
    from tutor.session.files import bring_in
    from tutor.session.session import Session
    from tutor.shell.history import History
    from tutor.tui.play import run_shell
    with Progress() as progress:
        session = Session(history=History(progress.history()), seed=options.seed, config=settings)
        session.on_entry = lambda entry: progress.add_history(entry.command) if entry.kind == 'command' else None
        bring_in(session.bench, options.imports)
        status = run_shell(session, Voice(_mode(options)))
    _log_failures(session.simulation.failures)
    _export(session.bench, options)
    return status


def _export(bench: Any, options: argparse.Namespace) -> None:
    if options.export is None:
        return
    from tutor.i18n.voice import Voice
    from tutor.session.files import take_out
    found = take_out(bench, options.export, lambda path: options.force or _agrees(path, options))
    for line in Voice(_mode(options)).each('{count} files written to {folder}', count=len(found.written),
                                           folder=options.export):
        print(line, file=sys.stderr)


def _agrees(path: Path, options: argparse.Namespace) -> bool:
    """Ask before a file is overwritten; without a terminal the answer is no."""
    if not sys.stdin.isatty():
        return False
    from tutor.i18n.voice import Voice
    answer = input(Voice(_mode(options)).label('Overwrite {path}? [y/N]', path=path) + ' ')
    return answer.strip().lower() in ('y', 'yes')


def _grade(options: argparse.Namespace) -> int:
    from tutor.grader.commands import grade_command
    return _end(grade_command(_mode(options), options.exercise, options.submissions, _bench(), options.format))


def _serve(options: argparse.Namespace) -> int:
    from tutor.cluster import config
    from tutor.course.words import Text
    from tutor.i18n.voice import Voice
    from tutor.server.command import CannotServe, serve
    from tutor.server.service import Settings
    if not 0 < options.speed <= 1000 or not 0 <= options.port < 65536:
        return _complain(Text(zh='--speed 要在 0 和 1000 之间，--port 要在 0 和 65535 之间',
                              en='--speed is between 0 and 1000, --port between 0 and 65535'), options)
    try:
        settings = Settings(options.port, options.address, options.kubeconfig,
                            config.load(options.cluster) if options.cluster else config.DEFAULT, options.speed)
        _log_failures(serve(settings, Voice(_mode(options)), options.lesson))
    except config.BadClusterFile as problem:
        return _complain(Text.same(str(problem)), options)
    except CannotServe as problem:
        return _complain(problem.message, options)
    return OK


def _lint(options: argparse.Namespace) -> int:
    from tutor.grader.commands import lint_command
    tell = (lambda text: print(text, file=sys.stderr)) if sys.stderr.isatty() else None
    return _end(lint_command(_mode(options), options.path, None if options.quick else _bench(), tell=tell))


def _bench() -> Any:
    from tutor.course.loader import load_course
    from tutor.session.sitting import ExerciseBench
    return ExerciseBench({lesson.id: lesson for lesson in load_course().lessons})


def _lessons(options: argparse.Namespace) -> int:
    from tutor.course import commands
    return _end(commands.lessons(_mode(options), as_json=options.json))


def _progress(options: argparse.Namespace) -> int:
    from tutor.course import commands
    return _end(commands.progress(_mode(options), as_json=options.json))


def _reset(options: argparse.Namespace) -> int:
    from tutor.course import commands
    from tutor.i18n.voice import Voice
    confirmed = options.yes
    if not confirmed and sys.stdin.isatty():
        question = Voice(_mode(options)).label('Forget the record of {what}? [y/N]', what=options.what or 'tutor')
        confirmed = input(question + ' ').strip().lower() in ('y', 'yes')
    return _end(commands.reset(_mode(options), options.what, confirmed))


def _new(options: argparse.Namespace) -> int:
    from tutor.course import commands
    return _end(commands.new(_mode(options), options.path))


def _end(outcome: Outcome) -> int:
    sys.stdout.write(outcome.out)
    sys.stderr.write(outcome.err)
    return outcome.code
