"""Where mysqld's things are, and what its configuration files say."""

from __future__ import annotations

from tutor.shell.process import Context

PORT = 3306
DATA = '/var/lib/mysql'
FOLDER = '/etc/mysql/conf.d'


def version(ctx: Context) -> str:
    return ctx.env.get('MYSQL_VERSION', '8.4.7').partition('-')[0]


def options(ctx: Context) -> dict[str, str]:
    """The [mysqld] options of the files in conf.d; a name without a value is on."""
    found: dict[str, str] = {}
    files = ctx.files
    names = sorted(files.listdir(FOLDER)) if files.is_dir(FOLDER) else []
    for name in names:
        if not name.endswith('.cnf'):
            continue
        section = ''
        for raw in files.read_text(f'{FOLDER}/{name}').splitlines():
            line = raw.partition('#')[0].strip()
            if line.startswith('['):
                section = line.strip('[]')
            elif line and section == 'mysqld':
                key, equals, value = line.partition('=')
                found[key.strip().replace('-', '_')] = value.strip() if equals else '1'
    return found
