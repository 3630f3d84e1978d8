"""Percona XtraBackup: copies a running server's data folder as a stream, and makes it a folder again."""

from __future__ import annotations

import base64
import json
import re

from tutor.cluster.containers.programs.database import ask
from tutor.cluster.containers.programs.mysql.replication import MASTER_INFO
from tutor.cluster.containers.programs.mysql.settings import DATA, PORT
from tutor.shell.process import IO, Context
from tutor.shell.vfs import FileSystem

MAGIC = 'XBSTCK01'
_log = re.compile(r'\.\d{6}$')


def _flags(words: list[str]) -> dict[str, str]:
    return {name: value for name, _, value in (word.lstrip('-').partition('=') for word in words)}


async def xtrabackup(argv: list[str], io: IO, ctx: Context) -> int:
    """xtrabackup --backup --stream=xbstream, and xtrabackup --prepare"""
    flags = _flags(argv[1:])
    stamp = f'{ctx.simulation.wall():%y%m%d %H:%M:%S}'
    if 'prepare' in flags:
        io.stderr.write(f'{stamp} completed OK!\n')
        return 0
    if 'backup' not in flags or flags.get('stream') != 'xbstream':
        io.stderr.write('xtrabackup: error: not simulated here but for --backup --stream=xbstream and --prepare\n')
        return 1
    question = {'user': flags.get('user', ctx.user), 'password': flags.get('password', ''), 'database': '',
                'statements': ['SHOW MASTER STATUS', 'SHOW SLAVE STATUS']}
    try:
        answer = await ask(ctx, flags.get('host', '127.0.0.1'), int(flags.get('port') or PORT), question)
    except OSError:
        answer = {'error': "Can't connect to MySQL server"}
    if 'error' in answer:
        io.stderr.write(f'{stamp} Failed to connect to MySQL server: {answer["error"]}\n')
        return 1
    (_, own, _), (names, source, _) = answer['results']
    files = {path: base64.b64encode(ctx.files.read(f'{DATA}/{path}')).decode() for path in _paths(ctx.files)}
    notes = {'xtrabackup_binlog_info': f'{own[0][0]}\t{own[0][1]}\n'} if own else {}
    if source and 'slave-info' in flags:
        followed = dict(zip(names, source[0], strict=True))
        notes['xtrabackup_slave_info'] = (f"CHANGE MASTER TO MASTER_LOG_FILE='{followed['Master_Log_File']}', "
                                          f"MASTER_LOG_POS={followed['Read_Master_Log_Pos']};\n")
    files.update({path: base64.b64encode(note.encode()).decode() for path, note in notes.items()})
    io.stdout.write(MAGIC + json.dumps(files) + '\n')
    io.stderr.write(f'{stamp} completed OK!\n')
    return 0


def _paths(files: FileSystem, folder: str = DATA) -> list[str]:
    """The data folder's files, below it; logs of writes and the source of a replica are not part of a copy."""
    found: list[str] = []
    for name in files.listdir(folder):
        path = f'{folder}/{name}'
        if files.is_dir(path):
            found += _paths(files, path)
        elif not _log.search(name) and path != MASTER_INFO:
            found.append(path.removeprefix(f'{DATA}/'))
    return found


async def xbstream(argv: list[str], io: IO, ctx: Context) -> int:
    """xbstream -x -C FOLDER"""
    if '-x' not in argv:
        io.stderr.write('xbstream: error: not simulated here but for -x\n')
        return 1
    folder = argv[argv.index('-C') + 1] if '-C' in argv[:-1] else ctx.cwd
    text = (await io.stdin.read()).decode('utf-8', 'replace')
    if not text:
        return 0
    if not text.startswith(MAGIC):
        io.stderr.write('xb_stream_read_chunk(): wrong chunk magic at offset 0x0.\n')
        return 1
    for path, content in json.loads(text[len(MAGIC):]).items():
        ctx.files.make_dirs(f'{folder}/{path}'.rpartition('/')[0])
        ctx.files.put(f'{folder}/{path}', base64.b64decode(content))
    return 0
