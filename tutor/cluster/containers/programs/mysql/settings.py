"""Where mysqld's things are, and what its configuration files say."""

from __future__ import annotations

from tutor.shell.process import Context

PORT = 3306
DATA = '/var/lib/mysql'
FOLDER = '/etc/mysql/conf.d'


def version(ctx: Context) -> str:
    return ctx.env.get('MYSQL_VERSION', '8.4.7').partition('-')[0]


def is_old(number: str) -> bool:
    """Before 8.0, the version in which most of what a server says has changed."""
    return int(number.partition('.')[0]) < 8


def edition(number: str) -> str:
    """How a server of this version calls itself."""
    return 'MySQL Community Server (GPL)' if is_old(number) else 'MySQL Community Server - GPL'


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


def log_base(found: dict[str, str], ctx: Context) -> str:
    """The name of the binary log without its number: since 8.0 there is one, before only by log-bin; '' without."""
    if found.get('skip_log_bin') or found.get('log_bin', '') in ('0', 'OFF'):
        return ''
    given = found.get('log_bin', '')
    if given and given != '1':
        return given.rpartition('/')[2]
    if is_old(version(ctx)):
        return f'{ctx.host.hostname}-bin' if given else ''
    return 'binlog'


def variables(found: dict[str, str], ctx: Context) -> dict[str, int | str]:
    """The system variables that one asks for, by name; switches are 0 and 1."""
    only = int(found.get('super_read_only', '0') not in ('0', 'OFF', 'off'))
    base, number = log_base(found, ctx), version(ctx)
    log = '-log' if base and is_old(number) else ''
    charset, collation = ('latin1', 'latin1_swedish_ci') if is_old(number) else ('utf8mb4', 'utf8mb4_0900_ai_ci')
    return {
        'autocommit': 1, 'character_set_server': charset, 'collation_server': collation, 'datadir': f'{DATA}/',
        'gtid_mode': 'OFF', 'hostname': ctx.host.hostname, 'innodb_buffer_pool_size': 134217728,
        'log_bin': int(bool(base)), 'log_bin_basename': f'{DATA}/{base}' if base else '',
        'max_allowed_packet': 4194304 if is_old(number) else 67108864, 'max_connections': 151, 'port': PORT,
        'read_only': only, 'server_id': int(found.get('server_id', 0 if is_old(number) else 1)),
        'socket': '/var/run/mysqld/mysqld.sock', 'sql_mode': MODE, 'super_read_only': only,
        'time_zone': 'SYSTEM', 'version': number + log, 'version_comment': edition(number),
        'version_compile_os': 'Linux', 'wait_timeout': 28800}


SWITCHES = frozenset({'autocommit', 'log_bin', 'read_only', 'super_read_only'})
MODE = ('ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,'
        'NO_ENGINE_SUBSTITUTION')
