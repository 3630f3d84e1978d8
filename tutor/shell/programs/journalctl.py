"""journalctl: shows a machine's journal (systemd 255's words)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tutor.cluster.simulation import Simulation
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import Options, parse
from tutor.shell.systemd.journal import KERNEL, Entry, Journal
from tutor.shell.systemd.unitfile import full_name

NONE = '-- No entries --\n'
NO_JOURNAL = 'No journal files were found.\n'
PRIORITIES = ('emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug')
UNITS = {'s': 1, 'sec': 1, 'second': 1, 'seconds': 1, 'm': 60, 'min': 60, 'minute': 60, 'minutes': 60, 'h': 3600,
         'hour': 3600, 'hours': 3600, 'd': 86400, 'day': 86400, 'days': 86400, 'w': 604800, 'week': 604800,
         'weeks': 604800}
LONG = {'unit': 'u', 'follow': 'f', 'lines': 'n', 'pager-end': 'e', 'catalog': 'x', 'since': 'S', 'until': 'U',
        'reverse': 'r', 'output': 'o', 'priority': 'p', 'boot': 'b', 'dmesg': 'k', 'no-pager': '', 'quiet': 'q',
        'identifier': 't', 'grep': 'g', 'all': 'a', 'no-hostname': '', 'no-full': '', 'full': 'l', 'disk-usage': '',
        'no-tail': '', 'utc': '', 'system': '', 'list-boots': ''}
OUTPUTS = ('short', 'short-iso', 'short-precise', 'short-full', 'cat', 'json', 'json-pretty', 'verbose')


@dataclass(slots=True)
class Selection:
    """Which entries are asked for."""

    units: set[str] = field(default_factory=set)
    identifiers: set[str] = field(default_factory=set)
    since: float | None = None
    until: float | None = None
    priority: int = 7
    pattern: re.Pattern[str] | None = None

    def has(self, entry: Entry) -> bool:
        return ((not self.units or entry.unit in self.units)
                and (not self.identifiers or entry.identifier in self.identifiers)
                and (self.since is None or entry.moment >= self.since)
                and (self.until is None or entry.moment <= self.until)
                and entry.priority <= self.priority
                and (self.pattern is None or self.pattern.search(entry.message) is not None))


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """journalctl [-u UNIT] [-f] [-n LINES] [-xe] [-r] [--since TIME] [--until TIME] [-p PRIORITY] [-o FORMAT]"""
    options = parse(_lines_apart(argv), ctx, 'u:fn:exS:U:ro:p:b::kqt:g:al', LONG)
    machine = ctx.host.machine
    if machine is None:
        io.stderr.write(NO_JOURNAL)
        return 0
    if 'disk-usage' in options:
        io.stdout.write('Archived and active journals take up 16.0M in the file system.\n')
        return 0
    output = options.get('o', 'short')
    if output not in OUTPUTS:
        raise Complaint(f"Unknown output format '{output}'.", bare=True)
    journal, selection = machine.journal, _selection(options, ctx)
    if 'k' in options:
        selection.identifiers = {KERNEL}
    chosen = [entry for entry in journal.all() if selection.has(entry)]
    limit = _limit(options)
    if limit is not None:
        chosen = chosen[len(chosen) - limit:] if limit else []
    if 'r' in options:
        chosen.reverse()
    show = Shower(options, output, io, ctx, journal)
    for entry in chosen:
        show(entry)
    if not chosen and 'f' not in options and 'q' not in options:
        io.stdout.write(NONE)
    if 'f' in options:
        await _follow(journal, selection, show, ctx)
    return 0


def _lines_apart(argv: list[str]) -> list[str]:
    """-n may come without a number; -xeu and -fu are as usual."""
    found: list[str] = []
    for place, word in enumerate(argv):
        following = argv[place + 1] if place + 1 < len(argv) else ''
        if word in ('-n', '--lines') and not re.fullmatch(r'\+?\d+|all', following):
            found.append('-n10')
        else:
            found.append(word)
    return found


def _limit(options: Options) -> int | None:
    if 'n' in options:
        text = options.get('n').lstrip('+')
        if text == 'all':
            return None
        if not text.isdigit():
            raise Complaint(f'Failed to parse lines: {text}', bare=True)
        return int(text)
    return 10 if 'f' in options and 'no-tail' not in options else 1000 if 'e' in options else None


def _selection(options: Options, ctx: Context) -> Selection:
    selection = Selection({full_name(name) for name in options.all('u')}, set(options.all('t')))
    if 'S' in options:
        selection.since = moment(options.get('S'), ctx.simulation)
    if 'U' in options:
        selection.until = moment(options.get('U'), ctx.simulation)
    if 'p' in options:
        text = options.get('p').rpartition('..')[2]
        if text not in PRIORITIES and not text.isdigit():
            raise Complaint(f'Unknown log level {text}', bare=True)
        selection.priority = int(text) if text.isdigit() else PRIORITIES.index(text)
    if 'g' in options:
        pattern = options.get('g')
        selection.pattern = re.compile(pattern, 0 if pattern != pattern.lower() else re.IGNORECASE)
    return selection


def moment(text: str, simulation: Simulation) -> float:
    """A time as systemd.time(7) takes it, in the simulation's seconds. Raises Complaint."""
    now = simulation.wall()
    text = text.strip()
    relative = re.fullmatch(r'(-?)((?:\d+\s*[a-z]+\s*)+?)(\s+ago)?', text)
    if text == 'now':
        return simulation.now
    if text in ('today', 'yesterday'):
        day = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=text == 'yesterday')
        return (day - simulation.epoch).total_seconds()
    if relative and (relative[1] or relative[3]):
        parts = re.findall(r'(\d+)\s*([a-z]+)', relative[2])
        if all(unit in UNITS for _, unit in parts):
            return simulation.now - sum(int(number) * UNITS[unit] for number, unit in parts)
    for form in ('%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M', '%Y-%m-%d', '%H:%M:%S', '%H:%M'):
        try:
            when = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        if form.startswith('%H'):
            when = when.replace(year=now.year, month=now.month, day=now.day)
        return (when - simulation.epoch).total_seconds()
    raise Complaint(f'Failed to parse timestamp: {text}', bare=True)


def wall(entry: Entry, simulation: Simulation) -> datetime:
    return simulation.epoch + timedelta(seconds=entry.moment)


def line_of(entry: Entry, hostname: str, simulation: Simulation) -> str:
    """The short form: 'May 04 09:00:00 node01 kubelet[613]: …'."""
    return f'{wall(entry, simulation):%b %d %H:%M:%S} {hostname} {entry.speaker}: {entry.message}'


class Shower:
    """Writes entries in one output format."""

    def __init__(self, options: Options, output: str, io: IO, ctx: Context, journal: Journal) -> None:
        self._catalog = 'x' in options
        self._output = output
        self._io = io
        self._simulation = ctx.simulation
        self._journal = journal

    def __call__(self, entry: Entry) -> None:
        self._io.stdout.write(self._line(entry) + '\n')
        if self._catalog and entry.identifier == 'systemd' and self._output.startswith('short'):
            self._io.stdout.write(''.join(f'░░ {line}\n' for line in _explained(entry)))

    def _line(self, entry: Entry) -> str:
        when = wall(entry, self._simulation)
        rest = f'{self._journal.hostname} {entry.speaker}: {entry.message}'
        match self._output:
            case 'cat':
                return entry.message
            case 'short-iso':
                return f'{when:%Y-%m-%dT%H:%M:%S}+00:00 {rest}'
            case 'short-precise':
                return f'{when:%b %d %H:%M:%S.%f} {rest}'
            case 'short-full':
                return f'{when:%a %Y-%m-%d %H:%M:%S} UTC {rest}'
            case 'json' | 'json-pretty' | 'verbose':
                return json.dumps(self._fields(entry, when), indent=8 if self._output == 'json-pretty' else None)
        return line_of(entry, self._journal.hostname, self._simulation)

    def _fields(self, entry: Entry, when: datetime) -> dict[str, str]:
        return {'__REALTIME_TIMESTAMP': str(int(when.timestamp() * 1_000_000)), '_HOSTNAME': self._journal.hostname,
                'PRIORITY': str(entry.priority), 'SYSLOG_IDENTIFIER': entry.identifier, '_PID': str(entry.pid),
                '_SYSTEMD_UNIT': entry.unit if entry.identifier != 'systemd' else 'init.scope',
                'MESSAGE': entry.message}


async def _follow(journal: Journal, selection: Selection, show: Shower, ctx: Context) -> None:
    """Show what comes, until interrupted."""
    seen = journal.count
    while True:
        await journal.added.wait()
        fresh = [entry for entry in journal.entries if entry.number > seen]
        seen = journal.count
        for entry in fresh:
            if selection.has(entry):
                show(entry)


def _explained(entry: Entry) -> list[str]:
    """The catalog's text for systemd's own messages (catalog/systemd.catalog.in)."""
    unit, text = entry.unit, entry.message
    if text.startswith(('Started ', 'Finished ')):
        subject = f'A start job for unit {unit} has finished successfully'
        body = [f'{subject}.', '', f'The job identifier is {1000 + entry.number}.']
    elif text.startswith('Starting '):
        subject = f'A start job for unit {unit} has begun execution'
        body = [f'{subject}.', '', f'The job identifier is {1000 + entry.number}.']
    elif text.startswith('Stopped '):
        subject = f'A stop job for unit {unit} has finished'
        body = [f'{subject}.', '', f'The job identifier is {1000 + entry.number} and the job result is done.']
    elif text.startswith('Stopping '):
        subject = f'A stop job for unit {unit} has begun execution'
        body = [f'{subject}.', '', f'The job identifier is {1000 + entry.number}.']
    elif 'Main process exited' in text:
        found = re.search(r'code=(\w+), status=(\d+)', text)
        subject = 'Unit process exited'
        code, status = (found[1], found[2]) if found else ('exited', '1')
        body = [f'An ExecStart= process belonging to unit {unit} has exited.', '',
                f"The process' exit code is '{code}' and its exit status is {status}."]
    elif 'Failed with result' in text:
        subject = 'Unit failed'
        result = text.rpartition("result '")[2].rstrip("'.")
        body = [f"The unit {unit} has entered the 'failed' state with result '{result}'."]
    elif 'Scheduled restart job' in text:
        subject = 'Automatic restarting of a unit has been scheduled'
        body = [f'Automatic restarting of the unit {unit} has been scheduled, as the result for',
                'the configured Restart= setting for the unit.']
    elif 'Deactivated successfully' in text:
        subject, body = 'Unit succeeded', [f"The unit {unit} has successfully entered the 'dead' state."]
    else:
        return []
    return [f'Subject: {subject}', 'Defined-By: systemd', 'Support: http://www.ubuntu.com/support', '', *body]
