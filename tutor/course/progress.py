"""The learner's record: one SQLite file in the user's data folder, safe against crashes and never lost.

A file that is broken or that a newer version of the program wrote is set aside under another name and reported; the
course then goes on with a new one.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tutor.course.progress_schema import MIGRATIONS, TABLES, VERSION
from tutor.course.words import Text

HISTORY_LIMIT = 5000
UNREACHABLE = ('unable to open', 'readonly', 'locked', 'disk is full', 'disk I/O')
"""Errors of SQLite that say nothing against the file itself."""


@dataclass(frozen=True, slots=True)
class ExerciseRecord:
    """How an exercise stands. `best` is the fewest commands it was solved with."""

    exercise: str
    solved: bool = False
    attempts: int = 0
    hints: int = 0
    best: int | None = None
    solution_seen: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where the learner left off."""

    lesson: str
    page: int
    exercise: str = ''


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a session's log: at which virtual time what was typed, and what kind of line it is."""

    at: float
    command: str
    kind: str = 'command'


def default_path() -> Path:
    """Where the record lies: TUTOR_DATA, or the user's data folder."""

    from platformdirs import user_data_path
    folder = os.environ.get('TUTOR_DATA')
    return (Path(folder) if folder else user_data_path('kubernetes-tutor', appauthor=False)) / 'progress.sqlite3'


class Progress:
    """Opens the record. `notice` says what happened to an earlier file that could not be used."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self.notice: Text | None = None
        self._db = self._open()

    # -- opening ------------------------------------------------------------------------------------------------

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return self._in_memory(error.strerror or str(error))
        try:
            return self._connect()
        except _Newer as error:
            return self._start_anew('newer', Text(
                zh=f'进度文件来自更新的版本（{error}），已另存为',
                en=f'the progress file is of a newer version ({error}); kept as'))
        except sqlite3.DatabaseError as error:
            if any(words in str(error) for words in UNREACHABLE):
                return self._in_memory(str(error))
            return self._start_anew('broken', Text(
                zh=f'进度文件已损坏（{error}），已另存为', en=f'the progress file is broken ({error}); kept as'))

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=5, isolation_level=None)
        try:
            version = db.execute('PRAGMA user_version').fetchone()[0]
            if version > VERSION:
                raise _Newer(version)
            if version and db.execute('PRAGMA quick_check').fetchone()[0] != 'ok':
                raise sqlite3.DatabaseError('quick_check')
            db.execute('PRAGMA journal_mode = WAL')
            db.execute('PRAGMA synchronous = NORMAL')
            _migrate(db, version)
            _verify(db)
        except BaseException:
            db.close()
            raise
        return db

    def _start_anew(self, why: str, words: Text) -> sqlite3.Connection:
        """Set the file aside with its write-ahead log; nothing of it is deleted."""
        aside = _free_name(self.path, why)
        try:
            for ending in ('', '-wal', '-shm'):
                part = self.path.with_name(self.path.name + ending)
                if part.exists():
                    part.rename(aside.with_name(aside.name + ending))
            db = self._connect()
        except (OSError, sqlite3.Error) as error:
            return self._in_memory(str(error))
        self.notice = Text(zh=f'{words.zh} {aside}', en=f'{words.en} {aside}')
        return db

    def _in_memory(self, why: str) -> sqlite3.Connection:
        """The course goes on even where nothing can be written."""
        self.notice = Text(zh=f'无法保存进度（{why}）：{self.path}',
                           en=f'progress cannot be saved ({why}): {self.path}')
        db = sqlite3.connect(':memory:', isolation_level=None)
        _migrate(db, 0)
        return db

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- lessons and pages --------------------------------------------------------------------------------------

    def page_read(self, lesson: str, page: int) -> None:
        self._db.execute('INSERT OR IGNORE INTO pages (lesson, page, at) VALUES (?, ?, ?)', (lesson, page, _now()))

    def pages_read(self, lesson: str) -> set[int]:
        return {row[0] for row in self._db.execute('SELECT page FROM pages WHERE lesson = ?', (lesson,))}

    def lesson_done(self, lesson: str) -> None:
        self._db.execute('INSERT OR IGNORE INTO lessons (lesson, at) VALUES (?, ?)', (lesson, _now()))

    def lessons_done(self) -> set[str]:
        return {row[0] for row in self._db.execute('SELECT lesson FROM lessons')}

    def remember_place(self, place: Place) -> None:
        self.set_setting('place', {'lesson': place.lesson, 'page': place.page, 'exercise': place.exercise})

    def last_place(self) -> Place | None:
        place = self.setting('place')
        try:
            return Place(**place) if place else None
        except TypeError:
            return None

    # -- exercises ----------------------------------------------------------------------------------------------

    def exercise(self, exercise: str) -> ExerciseRecord:
        row = self._db.execute('SELECT solved_at IS NOT NULL, attempts, hints, best, solution_seen FROM exercises '
                               'WHERE exercise = ?', (exercise,)).fetchone()
        if row is None:
            return ExerciseRecord(exercise)
        return ExerciseRecord(exercise, bool(row[0]), row[1], row[2], row[3], bool(row[4]))

    def exercises_solved(self) -> set[str]:
        rows = self._db.execute('SELECT exercise FROM exercises WHERE solved_at IS NOT NULL')
        return {row[0] for row in rows}

    def attempt_started(self, exercise: str) -> None:
        self._touch(exercise, 'attempts = attempts + 1')

    def hint_taken(self, exercise: str, number: int) -> None:
        """`number` hints have been shown by now."""
        self._touch(exercise, 'hints = max(hints, ?)', number)

    def solution_shown(self, exercise: str) -> None:
        self._touch(exercise, 'solution_seen = 1')

    def solved(self, exercise: str, commands: int) -> None:
        """Solved with so many commands; the fewest are kept."""
        self._touch(exercise, 'solved_at = coalesce(solved_at, ?), best = min(coalesce(best, ?), ?)',
                    _now(), commands, commands)

    def _touch(self, exercise: str, change: str, *values: Any) -> None:
        with self._db:
            self._db.execute('BEGIN IMMEDIATE')
            self._db.execute('INSERT OR IGNORE INTO exercises (exercise) VALUES (?)', (exercise,))
            self._db.execute(f'UPDATE exercises SET {change} WHERE exercise = ?', (*values, exercise))

    # -- sessions -----------------------------------------------------------------------------------------------

    def append_log(self, session: str, entry: Entry) -> None:
        """A session is its log: replayed, it gives the same cluster. `session` is an exercise's or lesson's id."""
        self._db.execute('INSERT INTO log (session, at, kind, command) VALUES (?, ?, ?, ?)',
                         (session, entry.at, entry.kind, entry.command))

    def log(self, session: str) -> list[Entry]:
        rows = self._db.execute('SELECT at, command, kind FROM log WHERE session = ? ORDER BY id', (session,))
        return [Entry(*row) for row in rows]

    def replace_log(self, session: str, entries: Iterable[Entry]) -> None:
        """After an undo or a reset."""
        with self._db:
            self._db.execute('BEGIN IMMEDIATE')
            self._db.execute('DELETE FROM log WHERE session = ?', (session,))
            for entry in entries:
                self.append_log(session, entry)

    # -- the shell's history ------------------------------------------------------------------------------------

    def add_history(self, command: str) -> None:
        with self._db:
            self._db.execute('BEGIN IMMEDIATE')
            self._db.execute('INSERT INTO history (command) VALUES (?)', (command,))
            self._db.execute('DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?', (HISTORY_LIMIT,))

    def history(self) -> list[str]:
        """Oldest first."""
        return [row[0] for row in self._db.execute('SELECT command FROM history ORDER BY id')]

    # -- settings -----------------------------------------------------------------------------------------------

    def setting(self, name: str, default: Any = None) -> Any:
        row = self._db.execute('SELECT value FROM settings WHERE name = ?', (name,)).fetchone()
        return json.loads(row[0]) if row else default

    def set_setting(self, name: str, value: Any) -> None:
        self._db.execute('INSERT INTO settings (name, value) VALUES (?, ?) '
                         'ON CONFLICT (name) DO UPDATE SET value = excluded.value', (name, json.dumps(value)))

    # -- forgetting ---------------------------------------------------------------------------------------------

    def reset(self, prefix: str = '') -> int:
        """Forget a part, a lesson, an exercise, or everything but settings and history; how many were solved."""
        chosen = ' WHERE {0} = ? OR substr({0}, 1, length(?) + 1) = ? || \'/\'' if prefix else ''
        values = (prefix,) * 3 if prefix else ()
        with self._db:
            self._db.execute('BEGIN IMMEDIATE')
            solved = self._db.execute(f'SELECT count(solved_at) FROM exercises{chosen.format("exercise")}', values)
            count = solved.fetchone()[0]
            for table, key in (('exercises', 'exercise'), ('lessons', 'lesson'), ('pages', 'lesson'),
                               ('log', 'session')):
                self._db.execute(f'DELETE FROM {table}{chosen.format(key)}', values)
        return count


class _Newer(Exception):
    """The file's schema is one that this program does not know yet."""


def _migrate(db: sqlite3.Connection, version: int) -> None:
    """Bring the schema up to date, all or nothing."""
    if version == VERSION:
        return
    with db:
        db.execute('BEGIN IMMEDIATE')
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                db.execute(statement)
        db.execute(f'PRAGMA user_version = {VERSION}')


def _verify(db: sqlite3.Connection) -> None:
    """Every table is there, or this is somebody else's file."""
    for table in TABLES:
        db.execute(f'SELECT 1 FROM {table} LIMIT 1')


def _free_name(path: Path, why: str) -> Path:
    number = 1
    while (aside := path.with_name(f'{path.stem}.{why}-{number}{path.suffix}')).exists():
        number += 1
    return aside


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec='seconds')  # noqa: TID251 - the learner's calendar, no simulation
