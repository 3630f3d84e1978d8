"""yq: jq's filters over YAML, with the flags of mikefarah's yq that people use."""

from __future__ import annotations

import json
from typing import Any

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import open_reader
from tutor.shell.programs.jq import dumped
from tutor.shell.programs.options import Options, parse
from tutor.shell.vfs import normalize

LONG = {'output-format': 'o', 'inplace': 'i', 'unwrapScalar': 'r', 'null-input': 'n', 'prettyPrint': 'P',
        'no-colors': 'M',
        'colors': 'C', 'indent': 'I', 'exit-status': 'e', 'input-format': 'p', 'no-doc': 'N', 'json': 'j',
        'yaml-output': 'y',
        'raw-output': 'r', 'version': 'V', 'tojson': 'j', 'compact-output': 'c', 'slurp': 's'}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """yq [-i] [-o yaml|json] [-r] FILTER [FILE…]"""
    options = parse(argv, ctx, 'o:irnPMCI:ep:NjyVcs', LONG)
    if 'V' in options:
        io.stdout.write('yq (https://github.com/mikefarah/yq/) version v4.45.1\n')
        return 0
    words = [word for word in options.args if word not in ('e', 'eval', 'ea', 'eval-all')]
    expression, paths = _split(words, ctx)
    import jq
    try:
        program = jq.compile(expression)
    except ValueError as problem:
        raise Complaint(f'Error: invalid expression: {str(problem).splitlines()[0]}', bare=True) from None
    if 'i' in options:
        for path in paths:
            _edit(program, path, options, ctx)
        return 0
    outputs: list[str] = []
    for path in paths or ['-']:
        text = await _read(path, io, ctx)
        outputs += _evaluate(program, text, options)
    plain = options.get('o').startswith('j') or 'j' in options or 'N' in options
    separator = '' if plain or len(outputs) < 2 else '---\n'
    io.stdout.write(separator.join(outputs) if separator else ''.join(outputs))
    return int('e' in options and (not outputs or outputs[-1].strip() in ('null', 'false')))


def _split(words: list[str], ctx: Context) -> tuple[str, list[str]]:
    """The expression and the files; `yq file` alone shows the file."""
    if not words:
        return '.', []
    if len(words) == 1 and ctx.files.is_file(normalize(words[0], ctx.cwd)):
        return '.', words
    return words[0], words[1:]


async def _read(path: str, io: IO, ctx: Context) -> str:
    try:
        return (await open_reader(path, io, ctx).read()).decode('utf-8', 'replace')
    except OSError as problem:
        raise Complaint(f'Error: open {path}: {reason(problem).lower()}', bare=True) from None


def _documents(text: str) -> list[Any]:
    import yaml
    loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)

    class Plain(loader):  # type: ignore[misc,valid-type]
        """Dates stay text; aliases are refused when they could explode."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                count = getattr(self, 'aliases', 0) + 1
                self.aliases = count
                if count > 1000:
                    raise yaml.YAMLError('excessive aliasing')
            return super().compose_node(parent, index)
    Plain.yaml_implicit_resolvers = {
        char: [(tag, pattern) for tag, pattern in resolvers if tag != 'tag:yaml.org,2002:timestamp']
        for char, resolvers in loader.yaml_implicit_resolvers.items()}
    try:
        return list(yaml.load_all(text, Plain)) or [None]
    except (yaml.YAMLError, RecursionError) as problem:
        raise Complaint(f'Error: bad file \'-\': {str(problem).splitlines()[0]}', bare=True) from None


def _evaluate(program: Any, text: str, options: Options) -> list[str]:
    found = []
    for document in [None] if 'n' in options else _documents(text):
        try:
            plain = json.loads(json.dumps(document, default=str))
            for value in program.input_value(plain):
                found.append(_shown(value, options))
        except ValueError as problem:
            raise Complaint(f'Error: {problem}', bare=True) from None
    return found


def _shown(value: Any, options: Options) -> str:
    if options.get('o').startswith('j') or 'j' in options:
        if isinstance(value, str) and 'r' in options:
            return value + '\n'
        width = options.get('I', '2')
        return dumped(value, width == '0' or 'c' in options, int(width) if width.isdigit() else 2, False) + '\n'
    if isinstance(value, str):
        return value + '\n'
    if not isinstance(value, (dict, list)) or not value:
        return json.dumps(value) + '\n'
    return dump_yaml(value)


def dump_yaml(value: Any) -> str:
    """YAML with lists indented under their keys, as yq writes it."""
    import yaml

    class Indented(yaml.SafeDumper):
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
            return super().increase_indent(flow, False)
    Indented.add_representer(str, lambda dumper, text: dumper.represent_scalar(
        'tag:yaml.org,2002:str', text, style='|' if '\n' in text else None))
    return yaml.dump(value, Dumper=Indented, sort_keys=False, default_flow_style=False, allow_unicode=True, width=10**6)


def _edit(program: Any, path: str, options: Options, ctx: Context) -> None:
    whole = normalize(path, ctx.cwd)
    try:
        text = ctx.files.read_text(whole)
        ctx.files.write(whole, '---\n'.join(_evaluate(program, text, options)))
    except OSError as problem:
        raise Complaint(f'Error: open {path}: {reason(problem).lower()}', bare=True) from None
