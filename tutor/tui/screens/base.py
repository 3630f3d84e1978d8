"""What all screens share: the app with its voice and signs, and a frame with a key bar under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen

from tutor.i18n import Voice
from tutor.tui.resilient import Resilient
from tutor.tui.signs import Signs

if TYPE_CHECKING:
    from tutor.tui.app import TutorApp


class TutorScreen(Resilient, Screen[Any], inherit_bindings=False):
    """A screen that speaks the languages of the reader."""

    @property
    def tutor(self) -> TutorApp:
        return cast('TutorApp', self.app)

    @property
    def voice(self) -> Voice:
        return self.tutor.voice

    @property
    def signs(self) -> Signs:
        return self.tutor.signs

    def on_screen_resume(self) -> None:
        self.speak()

    def speak(self) -> None:
        """Say everything anew: the language, the signs or the theme has changed."""

    def type_command(self, number: int) -> None:
        """A command of the text was asked for; screens with a prompt put it there."""

    def action_type_command(self, number: int) -> None:
        self.type_command(number)
