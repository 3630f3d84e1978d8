"""What a learner chose: language, theme, signs, speed, where the line between text and shell is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Protocol

CHOICES: dict[str, tuple[Any, ...]] = {
    'language': ('zh', 'en', 'both'), 'theme': ('dark', 'light'), 'glyphs': ('unicode', 'ascii'),
    'speed': (0, 1, 10, 60),
}
"""What a setting may be; anything else that a file says is not taken."""


class Store(Protocol):
    """Where settings are kept: the learner's record."""

    def setting(self, name: str, default: Any = None) -> Any: ...
    def set_setting(self, name: str, value: Any) -> None: ...


@dataclass(frozen=True)
class Settings:
    """None: as the environment says."""

    language: str | None = None
    theme: str = 'dark'
    glyphs: str | None = None
    speed: int = 1
    text_share: float = 0.6
    welcomed: bool = False

    @classmethod
    def load(cls, store: Store) -> Settings:
        """What is kept, as far as it makes sense."""
        kept = store.setting('screen') or {}
        known = {field.name: kept[field.name] for field in fields(cls) if _valid(field.name, kept.get(field.name))}
        return cls(**known)

    def save(self, store: Store) -> None:
        store.set_setting('screen', asdict(self))

    def change(self, **values: Any) -> Settings:
        return replace(self, **values)


def _valid(name: str, value: Any) -> bool:
    if value is None:
        return False
    if name in CHOICES:
        return value in CHOICES[name]
    if name == 'text_share':
        return isinstance(value, (int, float)) and 0.1 <= value <= 0.9
    return isinstance(value, bool)
