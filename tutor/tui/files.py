"""Brings files into the shell and takes them out, with the boxes that ask on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.i18n import message
from tutor.tui.screens.paths import OverwriteDialog, PathDialog

if TYPE_CHECKING:
    from tutor.tui.screens.shell_screen import ShellScreen

IMPORT, EXPORT = message('Import files'), message('Export files')
IMPORT_WORDS = message('A file or folder of your machine; it is copied into the home folder of the shell.')
EXPORT_WORDS = message("A folder of your machine; the files of the shell's home folder are copied into it.")


class FileTransfer:
    """One import or export, from the first question to the line that says what came of it."""

    def __init__(self, screen: ShellScreen) -> None:
        self._screen = screen
        self._voice = screen.voice

    def bring_in(self, start: str = '') -> None:
        """Ask for a path, then copy."""
        dialog = PathDialog(IMPORT, IMPORT_WORDS, start)
        self._screen.app.push_screen(dialog, self._read)

    def _read(self, path: str | None) -> None:
        from tutor.session.files import CannotCopy, clashes, read
        if path is None:
            return
        try:
            files = read([Path(path).expanduser()])
        except (CannotCopy, RuntimeError) as problem:
            self._say_problem(problem)
            return
        there = set(clashes(self._screen.session.bench, files))

        def answered(answer: str | None) -> None:
            if answer is not None:
                self._put(files if answer == 'all' else [file for file in files if file[0] not in there])
        if there:
            self._screen.app.push_screen(OverwriteDialog(sorted(there)), answered)
        else:
            self._put(files)

    def _put(self, files: list[tuple[str, str]]) -> None:
        self._screen.session.import_files(files)
        names = ' '.join(name for name, _ in files[:5]) + (f' {self._screen.signs.ellipsis}' if files[5:] else '')
        self._say(self._voice.counted('{count} file brought in: {names}', '{count} files brought in: {names}',
                                      len(files), names=names))

    def take_out(self) -> None:
        """Ask for a folder, then copy."""
        dialog = PathDialog(EXPORT, EXPORT_WORDS, str(Path.cwd() / 'kubernetes-tutor'))
        self._screen.app.push_screen(dialog, self._write)

    def _write(self, path: str | None) -> None:
        if path is None:
            return
        folder = Path(path).expanduser()
        there: list[Path] = []

        def note(target: Path) -> bool:
            there.append(target)
            return False

        written = self._take(folder, note)
        if written is None:
            return

        def answered(answer: str | None) -> None:
            again = self._take(folder, lambda _: True) if answer == 'all' else 0
            if again is not None:
                self._say_written(written + again, folder)
        if there:
            self._screen.app.push_screen(OverwriteDialog([str(target) for target in there]), answered)
        else:
            self._say_written(written, folder)

    def _take(self, folder: Path, overwrite: Callable[[Path], bool]) -> int | None:
        from tutor.session.files import CannotCopy, take_out
        try:
            return len(take_out(self._screen.session.bench, folder, overwrite).written)
        except CannotCopy as problem:
            self._say_problem(problem)
            return None

    def _say_written(self, count: int, folder: Path) -> None:
        self._say(self._voice.label('{count} files written to {folder}', count=count, folder=folder))

    def _say_problem(self, problem: Exception) -> None:
        words = getattr(problem, 'message', None)
        for text in self._voice.sentences(words) if words is not None else [str(problem)]:
            self._say(text)

    def _say(self, text: str) -> None:
        self._screen.terminal.note(f'{self._screen.signs.dot} {text}')
        self._screen.terminal.focus()
