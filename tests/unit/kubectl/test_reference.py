"""Every command has the flags, the usage and the sub-commands that the real kubectl has, and says what it is for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutor.kubectl.cmd.root import root
from tutor.kubectl.command import Found
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.help import help_text

REFERENCE = Path(__file__).parents[2] / 'oracle' / 'reference' / 'kubectl.json'


def found(path: str) -> Found:
    at = root()
    for word in path.split()[1:]:
        child = at.child(word)
        assert child is not None, path
        at = child
    return at


def rows() -> list[dict]:
    return json.loads(REFERENCE.read_text()) if REFERENCE.exists() else []


@pytest.mark.parametrize('row', rows(), ids=lambda row: row['command'])
def test_a_command_is_as_the_reference_has_it(row):
    if row['command'] == 'kubectl (global)':
        from tutor.kubectl.options import GLOBAL_FLAGS
        flags = GLOBAL_FLAGS
    else:
        try:
            command = found(row['command'])
        except KubectlError as error:
            pytest.skip(str(error))
        flags = command.command.flags
        usage = f'kubectl {command.command.usage}'
        assert [usage if '[options]' in usage else f'{usage} [options]'] == row['usage']
        assert sorted(line.name for line in command.command.lines if not line.hidden) == sorted(row['commands'])
        siblings = row['command'].rpartition(' ')[0]
        assert all(found(f'{siblings} {alias}').line == command.line for alias in row['aliases'])
    shown = {flag.name: (flag.short, flag.shown_default()) for flag in flags if not flag.hidden}
    assert shown == {flag['name']: (flag['short'], flag['default']) for flag in row['flags']}


def every_command() -> list[Found]:
    queue, every = [root()], []
    while queue:
        at = queue.pop()
        every.append(at)
        for line in at.command.lines:
            try:
                child = at.child(line.name)
            except KubectlError:
                continue
            assert child is not None
            queue.append(child)
    return every


def test_every_command_has_its_texts_and_help():
    for at in every_command():
        text = help_text(at)
        assert text.endswith('(applies to all commands).\n'), at.path
        assert 'Usage:\n  kubectl' in text, at.path
        if at.line is not None:
            assert at.line.short and not at.line.short.endswith('.'), at.path
        if at.command.options is not None and not at.line.hidden:
            assert at.command.examples.strip(), at.path
        for flag in at.command.flags:
            assert flag.help or flag.hidden, f'{at.path} --{flag.name}'
