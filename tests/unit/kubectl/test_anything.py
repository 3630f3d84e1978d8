"""Whatever is typed or piped in ends in an exit code and a message, never in a traceback, and never hangs."""

from __future__ import annotations

import json
import shlex
from functools import cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tutor.kubectl.cmd.root import root
from tutor.kubectl.command import Found

WAITS = ('proxy', 'port-forward', 'edit', 'edit-last-applied')
WORDS = (
    'pods', 'svc', 'deploy/web', 'nodes', 'default', 'kubernetes', 'a=b', 'a-', 'x', '', '-', '--', ':', '/',
    'a/b/c', ',', 'a,b', '{}', '[]', '{.x}', '{{.x}}', '-1', '0', '1e9', 'json', 'yaml', 'wide', 'name',
    'jsonpath={..x}', 'client', 'server', '@', '\u4e2d', '\x00', '%', '*', '$', '"', "'", 'all', 'Pod', 'v1',
    'kube-system', 'condition=Ready', 'jsonpath={.a}=b', 'delete', 'sh', 'nosuch.yaml', '/api', '?a=b', 'k=v=w',
    'node/x', 'a:b', 'ns:sa',
)
COMMON = settings(max_examples=150)


@cache
def commands() -> tuple[tuple[str, ...], ...]:
    """All commands and sub-commands that end by themselves."""
    found: list[tuple[str, ...]] = []
    todo: list[Found] = [root()]
    while todo:
        at = todo.pop()
        path = tuple(at.path.split(' ')[1:])
        if not set(path) & set(WAITS):
            found.append(path)
            todo += [child for line in at.command.lines if (child := at.child(line.name)) is not None]
    return tuple(sorted(found))


@cache
def flags(path: tuple[str, ...]) -> tuple[str, ...]:
    at = root()
    for word in path:
        at = at.child(word) or at
    known = at.flag_set().known
    return tuple(sorted(name for name in known if name not in ('watch', 'watch-only', 'follow', 'interactive', 'edit')))


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    path = draw(st.sampled_from(commands()))
    words = [*path]
    for _ in range(draw(st.integers(0, 5))):
        if draw(st.booleans()):
            name, value = draw(st.sampled_from(flags(path))), draw(st.sampled_from(WORDS))
            words += draw(st.sampled_from(([f'--{name}'], [f'--{name}={value}'], [f'--{name}', value])))
        else:
            words.append(draw(st.sampled_from(WORDS) | st.text(max_size=6)))
    return words


@given(words=lines())
@COMMON
def test_any_arguments(shared, words: list[str]) -> None:
    shared.cluster.simulation.failures.clear()
    answer = shared(shlex.join([*words, '--timeout=1s'] if 'timeout' in flags(tuple(words[:1])) else words))
    assert isinstance(answer.code, int) and 0 <= answer.code <= 255
    assert answer.code == 0 or answer.out or answer.err
    assert 'Traceback' not in answer.err and shared.cluster.simulation.failures == []


FIELDS = st.sampled_from(('apiVersion', 'kind', 'metadata', 'spec', 'items', 'name', 'data', 'x'))
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8),
                      lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
                      max_leaves=12)
BYTES = (st.binary(max_size=200) | st.text(max_size=200).map(str.encode)
         | VALUES.map(lambda value: json.dumps(value).encode()))


@given(data=BYTES)
@example(data=b'{"kind":(,"apiVersion":null}')
@COMMON
def test_any_bytes_as_a_manifest(shared, data: bytes) -> None:
    shared.put('any.yaml', data)
    for verb in ('create', 'apply', 'delete'):
        answer = shared(f'{verb} -f any.yaml --dry-run=client')
        assert 'Traceback' not in answer.err
        assert (answer.code == 1 and answer.err) or (answer.code == 0 and (answer.out or answer.err))


PIECES = st.lists(st.sampled_from((
    '{', '}', '[', ']', '.', '..', '*', '@', '$', '?(', ')', '"', "'", '\\', ',', ':', '-1', '0', '99999999999', ' ',
    'range ', 'end', 'items', 'metadata', 'name', '==', '<', '&&', '||', '!', '{{', '}}', '|', 'printf ', 'index ',
    'len ', '(', '$x := ', 'if ', 'else', 'define "a"', 'template "a"', 'block "b"', '%s', '/*', '*/', '\n',
    '\u4e2d',
)), max_size=14).map(''.join)


@given(text=PIECES)
@COMMON
def test_any_json_path_and_template(shared, text: str) -> None:
    for form in ('jsonpath', 'jsonpath-as-json', 'go-template', 'custom-columns'):
        answer = shared(f'get ns -o {shlex.quote(f"{form}={text}")}')
        assert 'Traceback' not in answer.err and isinstance(answer.code, int)
    shared(f'get ns --sort-by={shlex.quote(text)}')
