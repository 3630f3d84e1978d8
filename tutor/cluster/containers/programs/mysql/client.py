"""The clients mysql and mysqladmin."""

from __future__ import annotations

from errno import ECONNREFUSED
from typing import Any

from tutor.cluster.containers.programs.database import ask, statements
from tutor.cluster.containers.programs.mysql.settings import PORT, edition, is_old, version
from tutor.shell.process import IO, Context, NameNotFound

LONG = {'host': 'h', 'user': 'u', 'password': 'p', 'execute': 'e', 'port': 'P', 'database': 'D'}


def _options(words: list[str]) -> tuple[dict[str, str], list[str]]:
    found: dict[str, str] = {}
    rest: list[str] = []
    pending = list(words)
    while pending:
        word = pending.pop(0)
        if word.startswith('--'):
            name, equals, value = word[2:].partition('=')
            name = LONG.get(name, name)
            found[name] = value if equals or name not in 'hueP' or not pending else pending.pop(0)
        elif word.startswith('-') and len(word) > 1:
            value = word[2:]
            found[word[1]] = pending.pop(0) if not value and word[1] in 'hueDP' and pending else value
        else:
            rest.append(word)
    return found, rest


async def client(argv: list[str], io: IO, ctx: Context) -> int:
    """mysql: runs the statements of -e or of its input; on a terminal it asks for them."""
    options, rest = _options(argv[1:])
    if 'V' in options or 'version' in options:
        io.stdout.write(f'mysql  Ver {version(ctx)} for Linux on x86_64 (MySQL Community Server - GPL)\n')
        return 0
    await _password(options, io)
    database = rest[0] if rest else options.get('D', '')
    if 'e' not in options and io.stdin.isatty:
        return await _converse(options, database, io, ctx)
    text = options['e'] if 'e' in options else (await io.stdin.read()).decode('utf-8', 'replace')
    wanted = statements(text.replace('\\G', '\\G;'))
    answer = await _ask(options, database, [_plain(statement) for statement in wanted], io, ctx)
    if answer is None:
        return 1
    framed = bool(io.stdout.isatty) or 't' in options
    for statement, (columns, rows, _) in zip(wanted, answer.get('results', ()), strict=False):
        if statement.endswith('\\G'):
            io.stdout.write(vertical(columns, rows))
        elif rows:
            io.stdout.write(table(columns, rows) if framed else tabbed([] if 'N' in options else columns, rows))
    if 'error' in answer:
        io.stderr.write(f'{answer["error"]}\n')
        return 1
    return 0


async def _password(options: dict[str, str], io: IO) -> None:
    """Ask for the password when -p stands alone; warn of one that stands beside it."""
    if options.get('p'):
        io.stderr.write('mysql: [Warning] Using a password on the command line interface can be insecure.\n')
    elif 'p' in options and io.stdin.isatty:
        io.stdout.write('Enter password: ')
        options['p'] = (await io.stdin.readline()).decode('utf-8', 'replace').rstrip('\n')


def _plain(statement: str) -> str:
    return statement.removesuffix('\\G').rstrip()


BANNER = """\
Welcome to the MySQL monitor.  Commands end with ; or \\g.
Your MySQL connection id is 8
Server version: {version} {edition}

Copyright (c) 2000, {year}, Oracle and/or its affiliates.

Oracle is a registered trademark of Oracle Corporation and/or its
affiliates. Other names may be trademarks of their respective
owners.

Type 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.

"""


READING = """\
Reading table information for completion of table and column names
You can turn off this feature to get a quicker startup with -A

"""


async def _converse(options: dict[str, str], database: str, io: IO, ctx: Context) -> int:
    """The monitor: statements until `exit` or the end of the input."""
    first = await _ask(options, database, [], io, ctx)
    if first is None or 'error' in first:
        io.stderr.write(f'{first["error"]}\n' if first else '')
        return 1
    number = first.get('version', version(ctx))
    io.stdout.write(READING if await _has_tables(options, database, io, ctx) else '')
    io.stdout.write(BANNER.format(version=number, edition=edition(number), year=2023 if is_old(number) else 2025))
    pending = ''
    while True:
        io.stdout.write('    -> ' if pending else 'mysql> ')
        line = (await io.stdin.readline()).decode('utf-8', 'replace')
        if not line or (not pending and line.strip().rstrip(';').lower() in ('exit', 'quit', '\\q')):
            io.stdout.write('Bye\n')
            return 0
        pending = '' if line.strip().endswith('\\c') else (pending + line).lstrip()
        if not pending.rstrip().endswith((';', '\\g', '\\G')) and not pending.lower().startswith('use '):
            continue
        for statement in statements(pending.replace('\\G', '\\G;').replace('\\g', ';')):
            answer = await _ask(options, database, [_plain(statement)], io, ctx)
            if answer is not None:
                database = answer.get('database', database)
                if 'error' not in answer and statement.upper().startswith('USE '):
                    io.stdout.write(READING if await _has_tables(options, database, io, ctx) else '')
                io.stdout.write(_said(statement, answer))
        pending = ''


async def _has_tables(options: dict[str, str], database: str, io: IO, ctx: Context) -> bool:
    """Whether there are names that could be completed."""
    answer = await _ask(options, database, ['SHOW TABLES'], io, ctx) if database and 'A' not in options else None
    return bool(answer and answer.get('results') and answer['results'][0][1])


def _said(statement: str, answer: dict[str, Any]) -> str:
    """What the monitor says of one statement's answer."""
    if 'error' in answer:
        return f'{answer["error"].replace(" at line 1", "")}\n'
    if statement.upper().startswith('USE '):
        return 'Database changed\n'
    columns, rows, affected = answer['results'][0]
    if not columns:
        return f'Query OK, {affected} row{"" if affected == 1 else "s"} affected (0.00 sec)\n\n'
    if not rows:
        return 'Empty set (0.00 sec)\n\n'
    shown = vertical(columns, rows) if statement.endswith('\\G') else table(columns, rows)
    return f'{shown}{len(rows)} row{"" if len(rows) == 1 else "s"} in set (0.00 sec)\n\n'


async def admin(argv: list[str], io: IO, ctx: Context) -> int:
    """mysqladmin ping, status and version."""
    options, rest = _options(argv[1:])
    command = rest[0] if rest else ''
    if command != 'ping':
        io.stderr.write(f"mysqladmin: error: the command '{command}' is not simulated here, only ping is\n")
        return 1
    host = options.get('h', '127.0.0.1')
    try:
        question = {'user': '', 'password': None, 'statements': [], 'database': ''}
        await ask(ctx, host, int(options.get('P') or PORT), question)
    except OSError:
        io.stderr.write(f"mysqladmin: connect to server at '{options.get('h', 'localhost')}' failed\n"
                        f"error: '{_unreachable(options)}'\nCheck that mysqld is running and that the socket: "
                        "'/var/run/mysqld/mysqld.sock' exists!\n")
        return 1
    io.stdout.write('mysqld is alive\n')
    return 0


async def _ask(options: dict[str, str], database: str, wanted: list[str], io: IO,
               ctx: Context) -> dict[str, Any] | None:
    password = options.get('p') or ctx.env.get('MYSQL_PWD', '')
    host = options.get('h', '127.0.0.1').replace('localhost', '127.0.0.1')
    question = {'user': options.get('u', ctx.user), 'password': password, 'database': database, 'statements': wanted}
    try:
        return await ask(ctx, host, int(options.get('P') or PORT), question)
    except NameNotFound:
        io.stderr.write(f"ERROR 2005 (HY000): Unknown MySQL server host '{host}' (-2)\n")
    except OSError as problem:
        io.stderr.write(f'ERROR {_unreachable(options, problem.errno or ECONNREFUSED)}\n')
    return None


def _unreachable(options: dict[str, str], code: int = ECONNREFUSED) -> str:
    host = options.get('h', 'localhost')
    if host == 'localhost':
        return "2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)"
    return f"2003 (HY000): Can't connect to MySQL server on '{host}:{options.get('P') or PORT}' ({code})"


def _cell(value: Any) -> str:
    return 'NULL' if value is None else str(value)


def tabbed(columns: list[str], rows: list[list[Any]]) -> str:
    """Rows for another program, with their heading if there is one."""
    return ''.join('\t'.join(map(_cell, row)) + '\n' for row in ([columns] if columns else []) + rows)


def table(columns: list[str], rows: list[list[Any]]) -> str:
    """Rows in a frame; numbers stand right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    numeric = [bool(rows) and all(isinstance(row[place], (int, float)) for row in rows if row[place] is not None)
               for place in range(len(columns))]
    line = '+' + '+'.join('-' * (width + 2) for width in widths) + '+\n'

    def framed(row: list[str], right: list[bool]) -> str:
        fields = (cell.rjust(width) if ends else cell.ljust(width)
                  for cell, width, ends in zip(row, widths, right, strict=True))
        return '|' + '|'.join(f' {field} ' for field in fields) + '|\n'

    heading = framed(columns, [False] * len(columns))
    return ''.join((line, heading, line, *(framed(row, numeric) for row in cells), line))


def vertical(columns: list[str], rows: list[list[Any]]) -> str:
    r"""Rows as \G shows them: a line for each column."""
    width = max(map(len, columns), default=0)
    return ''.join(f'{"*" * 27} {number}. row {"*" * 27}\n' + ''.join(
        f'{name:>{width}}: {_cell(value)}\n' for name, value in zip(columns, row, strict=True))
        for number, row in enumerate(rows, 1))
