"""The tables of the learner's record. A change is one more entry in MIGRATIONS, never an edit of an old one."""

from __future__ import annotations

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        'CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)',
        'CREATE TABLE lessons (lesson TEXT PRIMARY KEY, at TEXT NOT NULL)',
        'CREATE TABLE pages (lesson TEXT, page INTEGER, at TEXT NOT NULL, PRIMARY KEY (lesson, page))',
        'CREATE TABLE exercises (exercise TEXT PRIMARY KEY, attempts INTEGER NOT NULL DEFAULT 0, '
        'hints INTEGER NOT NULL DEFAULT 0, best INTEGER, solution_seen INTEGER NOT NULL DEFAULT 0, solved_at TEXT)',
        'CREATE TABLE log (id INTEGER PRIMARY KEY, session TEXT NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, '
        'command TEXT NOT NULL)',
        'CREATE INDEX log_by_session ON log (session)',
        'CREATE TABLE history (id INTEGER PRIMARY KEY, command TEXT NOT NULL)',
    ),
)
VERSION = len(MIGRATIONS)
TABLES = ('settings', 'lessons', 'pages', 'exercises', 'log', 'history')
