"""The catalogs: gettext's .mo files, read when a language is first spoken."""

from __future__ import annotations

import gettext
import io
from functools import cache
from pathlib import Path

from tutor.i18n.modes import Language

DOMAIN = 'tutor'


def locales_folder() -> Path:
    """Where the catalogs lie: in the source tree, or inside the installed package."""
    package = Path(__file__).resolve().parent.parent
    source = package.parent / 'locales'
    in_source_tree = (package.parent / 'pyproject.toml').is_file() and source.is_dir()
    return source if in_source_tree else package / '_data' / 'locales'


@cache
def _catalog(language: Language) -> gettext.NullTranslations:
    po = locales_folder() / language / 'LC_MESSAGES' / f'{DOMAIN}.po'
    mo = po.with_suffix('.mo')
    stale = po.is_file() and (not mo.is_file() or mo.stat().st_mtime < po.stat().st_mtime)
    if stale and (fresh := _compiled(po)):
        return gettext.GNUTranslations(io.BytesIO(fresh))
    if mo.is_file():
        with mo.open('rb') as file:
            return gettext.GNUTranslations(file)
    return gettext.NullTranslations()


def _compiled(po: Path) -> bytes | None:
    """In a source tree an author's change shows at once, if Babel is there; None if not."""
    try:
        from tutor.i18n.build import compile_catalog
    except ImportError:
        return None
    return compile_catalog(po)


def translate(language: Language, message: str, **values: object) -> str:
    """An English message in a language, with `{name}` replaced by values."""
    words = _catalog(language).gettext(message) if message else ''
    return words.format(**values) if values else words


def translate_count(language: Language, one: str, many: str, count: int, **values: object) -> str:
    """The same for a counted message; `{count}` is the number."""
    return _catalog(language).ngettext(one, many, count).format(count=count, **values)


def message(words: str) -> str:
    """Marks a message for the catalogs where it is only looked up later."""
    return words
