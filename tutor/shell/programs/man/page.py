"""The longer page of a program (`pages/NAME.yaml`): what it can do here, what is not simulated, examples."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

FOLDER = Path(__file__).parent / 'pages'


class _Strict(BaseModel):
    model_config = ConfigDict(extra='forbid', frozen=True)


class Words(_Strict):
    """A text in both languages."""

    en: str
    zh: str


class Entry(Words):
    """Commands, one a line, and what there is to say of them."""

    commands: str


class Absent(Entry):
    """What is not simulated; `try_it`, a command line that says so (none where only files ask for it)."""

    try_it: str = ''


class ManPage(_Strict):
    """A program's page. Every example runs as it stands on a new cluster, one after the other."""

    about: Words
    here: tuple[Entry, ...] = ()
    absent: tuple[Absent, ...] = ()
    examples: tuple[Entry, ...] = ()
    see: tuple[str, ...] = ()


def load(name: str) -> ManPage | None:
    """The page of a program that has one of its own.

    Raises:
        pydantic.ValidationError: for a file that is no such page.
    """
    import yaml
    path = FOLDER / f'{name}.yaml'
    if not path.is_file():
        return None
    return ManPage.model_validate(yaml.safe_load(path.read_text(encoding='utf-8')))
