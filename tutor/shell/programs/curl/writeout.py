"""What -w prints."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tutor.shell.process import Context
from tutor.shell.vfs import normalize

if TYPE_CHECKING:
    from tutor.shell.programs.curl.transfer import Transfer

ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', '\\': '\\'}


def facts(transfer: Transfer) -> dict[str, str]:
    """The variables by name."""
    times = transfer.times
    speed = int(transfer.size / times['total']) if times['total'] else 0
    found = {'http_code': f'{transfer.status:03d}', 'response_code': f'{transfer.status:03d}',
             'size_download': str(transfer.size), 'size_header': str(transfer.header_size),
             'size_upload': str(transfer.upload),
             'url_effective': transfer.effective, 'url': transfer.url, 'content_type': transfer.content_type,
             'remote_ip': transfer.remote[0], 'remote_port': str(transfer.remote[1]), 'local_ip': transfer.local[0],
             'local_port': str(transfer.local[1]), 'num_redirects': str(transfer.redirects),
             'redirect_url': transfer.redirect_url, 'exitcode': str(transfer.code), 'method': transfer.method,
             'http_version': transfer.version, 'speed_download': str(speed), 'speed_upload': '0',
             'num_connects': str(1 + transfer.redirects if transfer.remote[0] else 0),
             'scheme': transfer.effective.partition(':')[0],
             'ssl_verify_result': '0', 'errormsg': '', 'time_redirect': '0.000000', 'time_appconnect': '0.000000',
             'num_headers': str(len(transfer.headers)), 'filename_effective': transfer.output}
    pretransfer = times['connect']
    for name, value in (*times.items(), ('pretransfer', pretransfer)):
        found[f'time_{name}'] = f'{value:.6f}'
    return found


def written(form: str, transfer: Transfer, ctx: Context) -> tuple[str, str]:
    """What goes to standard output and to standard error."""
    if form.startswith('@'):
        try:
            form = ctx.files.read_text(normalize(form[1:], ctx.cwd)).removesuffix('\n')
        except OSError:
            return '', f'curl: Failed to open {form[1:]}\n'
    known = facts(transfer)
    streams = ['', '']
    place = 0
    for part in re.split(r'(%\{\w+\}|%header\{[^}]*\}|%%|\\.)', form):
        if part == '%%':
            streams[place] += '%'
        elif part.startswith('%header{'):
            wanted = part[8:-1].lower()
            streams[place] += next((value for name, value in transfer.headers if name.lower() == wanted), '')
        elif part.startswith('%{'):
            name = part[2:-1]
            if name in ('stderr', 'stdout'):
                place = int(name == 'stderr')
            elif name == 'json':
                streams[place] += json.dumps(known, sort_keys=True, separators=(',', ':'))
            elif name in known:
                streams[place] += known[name]
            else:
                streams[1] += f'curl: unknown --write-out variable: \'{name}\'\n'
        elif part.startswith('\\'):
            streams[place] += ESCAPES.get(part[1:], part)
        else:
            streams[place] += part
    return streams[0], streams[1]
