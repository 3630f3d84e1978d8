"""How the screens speak: every label and sentence of ours in the languages that the reader chose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tutor.i18n.catalogs import translate, translate_count
from tutor.i18n.modes import Language, Mode, languages_of


class Bilingual(Protocol):
    """Words in both languages: a lesson's Text, or whatever has both."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


@dataclass(frozen=True)
class Voice:
    """Speaks in a mode. Messages are English and looked up in the catalogs."""

    mode: Mode

    @property
    def languages(self) -> tuple[Language, ...]:
        return languages_of(self.mode)

    @property
    def first(self) -> Language:
        """The language of what has room for one only."""
        return self.languages[0]

    def label(self, message: str, **values: object) -> str:
        """A short label: 中文, English, or 中文 English."""
        return self.join(translate(language, message, **values) for language in self.languages)

    def each(self, message: str, **values: object) -> list[str]:
        """A sentence, once in each language."""
        return list(dict.fromkeys(translate(language, message, **values) for language in self.languages))

    def counted(self, one: str, many: str, count: int, **values: object) -> str:
        """A label with a number in it, `{count}`."""
        return self.join(translate_count(language, one, many, count, **values) for language in self.languages)

    def words(self, text: Bilingual) -> str:
        """A text of the course as a label."""
        return self.join(pick(text, language) for language in self.languages)

    def sentences(self, text: Bilingual) -> list[str]:
        """A text of the course, once in each language."""
        return list(dict.fromkeys(pick(text, language) for language in self.languages))

    @staticmethod
    def join(parts: object) -> str:
        """Both languages on one line; what is the same in both stands once."""
        return ' '.join(dict.fromkeys(str(part) for part in parts if part))  # type: ignore[attr-defined]


def pick(text: Bilingual, language: Language) -> str:
    """One language's words of a text."""
    return text.zh if language == 'zh' else text.en
