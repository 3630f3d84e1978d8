"""The `tutor` program: its commands and options. Each command imports what it needs when it runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

VERSION = '0.1.0'
OK, NOT_PASSED, BAD_INPUT, INTERNAL = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status. Never a traceback: what was not foreseen goes to the log file."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    if argv == ['--version']:
        print(f'tutor {VERSION}')
        return OK
    options = _parser().parse_args(argv)
    return options.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='tutor')
    commands = parser.add_subparsers(required=True)
    play = commands.add_parser('play')
    play.add_argument('script', nargs='?', type=Path)
    play.add_argument('-c', dest='command')
    play.add_argument('--cluster', type=Path)
    play.add_argument('--seed', type=int, default=0)
    play.add_argument('--record', type=Path)
    play.set_defaults(run=_play)
    return parser


def _play(options: argparse.Namespace) -> int:
    from tutor.cluster import config
    from tutor.session.script import play
    from tutor.session.workbench import Workbench
    settings = config.load(options.cluster) if options.cluster else config.DEFAULT
    bench = Workbench(settings, options.seed)
    text = options.command if options.command is not None else options.script.read_text(encoding='utf-8')

    def show(ran) -> None:
        sys.stdout.write(ran.stdout)
        sys.stderr.write(ran.stderr)

    if options.record is None:
        status = play(bench, text, show)
    else:
        with options.record.open('w', encoding='utf-8') as record:
            status = play(bench, text, show, record)
    for name, error in bench.simulation.failures[:5]:
        sys.stderr.write(f'FAILURE {name}: {error!r}\n')
    return status
