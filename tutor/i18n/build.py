"""Extracts messages into the catalogs and compiles them. Needs Babel: for authors and tests, never at run time.

`python -m tutor.i18n.build` brings locales/ up to date with the sources.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tutor.i18n.catalogs import DOMAIN, locales_folder
from tutor.i18n.modes import LANGUAGES

SAYING = {'_': (1,), 'translate': (1,), 'translate_count': (1, 2), 'label': (0,), 'say': (0,), 'each': (0,),
          'counted': (0, 1),
          'message': (0,), '_tell': (0,)}
"""The calls that say a message, and which of their arguments it is."""


def compile_catalog(po: Path) -> bytes:
    """The .mo content of a .po file."""
    with po.open('rb') as file:
        catalog = read_po(file)
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def extract(package: Path) -> Catalog:
    """All messages that the sources say."""
    template = Catalog(project='kubernetes-tutor', charset='utf-8', fuzzy=False)
    for path in sorted(package.rglob('*.py')):
        for message in messages_of(path.read_text(encoding='utf-8')):
            template.add(message, locations=[(path.relative_to(package.parent).as_posix(), 0)])
    return template


def messages_of(source: str) -> Iterator[str | tuple[str, ...]]:
    """The messages of one module. Read from its syntax tree: Babel's own reader does not see into f-strings."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (places := SAYING.get(_name(node.func))):
            found = tuple(argument.value for place in places if place < len(node.args)
                          and isinstance(argument := node.args[place], ast.Constant) and isinstance(argument.value,
                                                                                                    str))
            if len(found) == len(places):
                yield found[0] if len(found) == 1 else found


def _name(function: ast.expr) -> str:
    """The name of a call's function; `text.say('zh')` of the course is another one than a parser's `say('…')`."""
    if isinstance(function, ast.Attribute) and function.attr == 'say':
        return ''
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function,
                                                                                          ast.Attribute) else ''


def update(package: Path, source: Path) -> None:
    """Write the template and carry new messages into each language's catalog."""
    template = extract(package)
    _write(source / f'{DOMAIN}.pot', template)
    for language in LANGUAGES:
        po = source / language / 'LC_MESSAGES' / f'{DOMAIN}.po'
        catalog = _read(po, language)
        catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
        catalog.obsolete.clear()
        if language == 'en':
            _say_english_as_written(catalog)
        _write(po, catalog)


def _say_english_as_written(catalog: Catalog) -> None:
    for message in catalog:
        if message.id and not (all(message.string) if isinstance(message.string, tuple) else message.string):
            message.string = message.id


def _read(po: Path, language: str) -> Catalog:
    if not po.is_file():
        return Catalog(locale=language, project='kubernetes-tutor', charset='utf-8', fuzzy=False)
    with po.open('rb') as file:
        return read_po(file, locale=language)


def _write(path: Path, catalog: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    write_po(out, catalog, width=110, sort_output=True, omit_header=False, include_lineno=False)
    lines = out.getvalue().decode().splitlines()
    dated = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator', '"Language-Team',
             '"Report-Msgid-Bugs')
    path.write_text('\n'.join(line for line in lines if not line.startswith(dated)) + '\n', encoding='utf-8')


def main() -> None:
    """Bring the catalogs of this source tree up to date."""
    update(Path(__file__).resolve().parent.parent, locales_folder())


if __name__ == '__main__':
    main()
