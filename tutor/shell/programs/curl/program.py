"""curl: the program."""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.curl.options import read
from tutor.shell.programs.curl.transfer import VERSION, Failure, Transfer
from tutor.shell.programs.curl.writeout import written

ABOUT = (f'curl {VERSION} (x86_64-pc-linux-gnu) libcurl/{VERSION} OpenSSL/3.0.17 zlib/1.2.13\n'
         'Release-Date: 2023-02-20\nProtocols: http https\nFeatures: IPv6 Largefile libz SSL\n')
RETRIED = (408, 429, 500, 502, 503, 504)


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """curl [OPTION…] URL…"""
    settings = read(argv)
    if 'V' in settings:
        io.stdout.write(ABOUT)
        return 0
    if 'h' in settings:
        from tutor.shell.programs.manual import help_text
        io.stdout.write(help_text('curl'))
        return 0
    if not settings.urls:
        raise Complaint("no URL specified!\ncurl: try 'curl --help' or 'curl --manual' for more information", 2)
    status = 0
    outputs = settings.all('o')
    for place, url in enumerate(_expanded(settings.urls, 'g' in settings)):
        status = await _one(url, outputs[place] if place < len(outputs) else '', settings, io, ctx)
    return status


def _expanded(urls: list[str], plain: bool) -> list[str]:
    """{a,b} and [1-3] in URLs."""
    if plain:
        return urls
    found: list[str] = []
    for url in urls:
        match = re.search(r'\{([^{}]*)\}|\[(\d+)-(\d+)\]', url)
        if match is None:
            found.append(url)
            continue
        choices = match[1].split(',') if match[1] is not None else \
            [str(number) for number in range(int(match[2]), min(int(match[3]), int(match[2]) + 1000) + 1)]
        found += _expanded([url[:match.start()] + choice + url[match.end():] for choice in choices], plain)
    return found


async def _one(url: str, output: str, settings, io: IO, ctx: Context) -> int:
    """One URL, tried again as --retry says."""
    retries = int(settings.get('retry', '0')) if settings.get('retry', '0').isdigit() else 0
    delay = float(settings.get('retry-delay')) if settings.get('retry-delay').isdigit() else 0.0
    pause = delay or 1.0
    while True:
        transfer = Transfer(url, output, settings, io, ctx)
        failure: Failure | None = None
        try:
            await transfer.run()
        except Failure as problem:
            failure = problem
        again = transfer.status in RETRIED if failure is None or failure.code == 22 else failure.code == 28 or (
            failure.code == 7 and 'retry-connrefused' in settings) or 'retry-all-errors' in settings
        if not (again and retries):
            break
        if 's' not in settings:
            problem = 'timeout' if failure and failure.code == 28 else '(retrying all errors)'
            io.stderr.write(f'Warning: Problem {problem}. '
                            f'Will retry in {pause:.0f} seconds. {retries} retries left.\n')
        await ctx.simulation.sleep(pause)
        retries -= 1
        pause = pause if delay else min(pause * 2, 600)
    transfer.code = failure.code if failure else 0
    transfer.meter.finish(transfer.size, transfer.times['total'])
    if failure is not None and ('s' not in settings or 'S' in settings):
        io.stderr.write(f'curl: ({failure.code}) {failure}\n')
    if 'w' in settings:
        shown, errors = written(settings.get('w'), transfer, ctx)
        io.stdout.write(shown)
        io.stderr.write(errors)
    return transfer.code
