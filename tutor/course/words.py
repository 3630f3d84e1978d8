"""A text in both languages of the course."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from tutor.i18n.modes import LANGUAGES, Language

__all__ = ['LANGUAGES', 'Language', 'Strict', 'Text']


class Strict(BaseModel):
    """A model of a lesson file: keys that are not its own are refused, and once read it never changes."""

    model_config = ConfigDict(extra='forbid', frozen=True)


class Text(Strict):
    """The same words in Chinese and in English."""

    zh: str
    en: str

    def say(self, language: Language) -> str:
        return self.zh if language == 'zh' else self.en

    @classmethod
    def same(cls, words: str) -> Text:
        """A text that needs no translation: a name, a number, a path."""
        return cls(zh=words, en=words)
