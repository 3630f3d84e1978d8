"""systemctl: asks a machine's systemd (systemd 255's words)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tutor.shell.process import IO, Context, Process
from tutor.shell.programs import power
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.journalctl import line_of
from tutor.shell.programs.options import Options, parse
from tutor.shell.programs.systemctl_show import properties
from tutor.shell.systemd import unitfile
from tutor.shell.systemd.daemons import MEMORY, THREADS, processor_seconds
from tutor.shell.systemd.journal import Journal
from tutor.shell.systemd.systemd import ACTIVATING, ACTIVE, FAILED, INACTIVE, Systemd, Unit
from tutor.shell.systemd.unitfile import full_name
from tutor.shell.vfs import FileSystem

NO_SYSTEMD = ("System has not been booted with systemd as init system (PID 1). Can't operate.\n"
              'Failed to connect to bus: Host is down')
STALE = ('Warning: The unit file, source configuration file or drop-ins of {} changed on disk. Run '
         "'systemctl daemon-reload' to reload units.\n")
LEGEND = """
Legend: LOAD   → Reflects whether the unit definition was properly loaded.
        ACTIVE → The high-level unit activation state, i.e. generalization of SUB.
        SUB    → The low-level unit activation state, values depend on unit type.

"""
NEEDS_RIGHTS = ('start', 'stop', 'restart', 'try-restart', 'reload', 'reload-or-restart', 'enable', 'disable', 'mask',
                'unmask', 'reset-failed', 'kill')
ABSENT = ('edit', 'suspend', 'isolate', 'set-property', 'revert', 'list-timers',
          'list-sockets', 'list-jobs', 'get-default', 'set-default', 'daemon-reexec', 'freeze', 'thaw')
VERBS = ('status', 'is-active', 'is-enabled', 'is-failed', 'cat', 'show', 'list-units', 'list-unit-files',
         'daemon-reload', 'list-dependencies', *NEEDS_RIGHTS)
SIGNS = {ACTIVE: '●', INACTIVE: '○', FAILED: '×', ACTIVATING: '●', 'deactivating': '●'}
NOT_RUNNING, NOT_FOUND, NOT_INSTALLED = 3, 4, 5


@dataclass(slots=True)
class Call:
    """One call of systemctl: where it runs, and what was asked for."""

    systemd: Systemd
    journal: Journal
    options: Options
    io: IO
    ctx: Context

    @property
    def files(self) -> FileSystem:
        return self.ctx.files


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """systemctl [-l] [--no-pager] [--now] [-p PROPERTY] VERB [UNIT…]"""
    options = parse(argv, ctx, 'aqlfHMn:o:p:t:s:r', {
        'all': 'a', 'quiet': 'q', 'full': 'l', 'force': 'f', 'now': '', 'no-pager': '', 'property': 'p', 'type': 't',
        'state': '=', 'failed': '', 'lines': 'n', 'output': 'o', 'signal': 's', 'value': '', 'plain': '',
        'no-legend': '', 'system': '', 'no-block': '', 'version': '', 'runtime': '', 'no-ask-password': ''})
    if 'version' in options:
        io.stdout.write('systemd 255 (255.4-1ubuntu8.10)\n')
        return 0
    if ctx.host.machine is None:
        raise Complaint(NO_SYSTEMD, bare=True)
    verb, *units = options.args or ['list-units']
    if verb in power.CALLS:
        return await power.switch(verb, io, ctx)
    if verb in ABSENT:
        raise Complaint(f'error: systemctl {verb} is not simulated', bare=True)
    if verb not in VERBS:
        raise Complaint(f"Unknown command verb '{verb}'.", bare=True)
    call = Call(ctx.host.machine.systemd, ctx.host.machine.journal, options, io, ctx)
    if verb == 'daemon-reload':
        _allow(call, 'reload daemon')
        call.systemd.reload()
        return 0
    if verb in ('list-units', 'list-unit-files'):
        return _list_units(call) if verb == 'list-units' else _list_files(call)
    if not units and verb not in ('status', 'show', 'reset-failed'):
        raise Complaint('Too few arguments.', bare=True)
    status = 0
    for place, name in enumerate(units or _all_names(call)):
        if verb in ('status', 'cat') and place:
            io.stdout.write('\n')
        status = await _act(verb, full_name(name), call) or status
    return status


def _all_names(call: Call) -> list[str]:
    return [unit.name for unit in call.systemd.all() if unit.active != INACTIVE]


def _allow(call: Call, what: str) -> None:
    """Only root may change anything. Raises Complaint as polkit refuses it without a terminal agent."""
    if call.ctx.uid:
        raise Complaint(f'Failed to {what}: Interactive authentication required.', bare=True)


async def _act(verb: str, name: str, call: Call) -> int:
    unit = call.systemd.find(name)
    if unit is None or (unit.file.masked and verb in ('start', 'restart', 'enable')):
        return _absent(verb, name, unit, call)
    if verb in NEEDS_RIGHTS:
        if call.ctx.uid:
            call.io.stderr.write(f'Failed to {verb} {name}: Interactive authentication required.\n')
            if verb in ('start', 'stop', 'restart'):
                call.io.stderr.write(f"See system logs and 'systemctl status {name}' for details.\n")
            return 1
        if verb in ('start', 'stop', 'restart', 'reload') and call.systemd.stale(unit):
            call.io.stderr.write(STALE.format(name))
    match verb:
        case 'status':
            return _status(unit, call)
        case 'is-active' | 'is-failed':
            return _is(unit, verb, call)
        case 'is-enabled':
            return _is_enabled(unit, call)
        case 'cat':
            return _cat(unit, call)
        case 'show':
            return _show(unit, call)
        case 'start' | 'stop' | 'restart' | 'try-restart' | 'reload-or-restart' | 'reload':
            return await _change(verb, unit, call)
        case 'enable' | 'disable':
            return await _enable(verb == 'enable', unit, call)
        case 'mask' | 'unmask':
            return _mask(verb == 'mask', unit, call)
        case 'reset-failed':
            call.systemd.forget_failure(unit)
        case 'kill':
            if unit.process is not None:
                unit.process.signal(call.options.get('s', 'TERM').upper().removeprefix('SIG'))
        case _:
            call.io.stdout.write(f'{name}\n')
    return 0


def _absent(verb: str, name: str, unit: Unit | None, call: Call) -> int:
    error = call.io.stderr.write
    if unit is not None:
        error(f'Failed to {verb} {name}: Unit {name} is masked.\n')
        return 1
    match verb:
        case 'status':
            error(f'Unit {name} could not be found.\n')
            return NOT_FOUND
        case 'is-active' | 'is-failed':
            call.io.stdout.write('inactive\n')
            return NOT_FOUND if verb == 'is-active' else 1
        case 'is-enabled':
            call.io.stdout.write('not-found\n')
            return NOT_FOUND
        case 'cat':
            error(f'No files found for {name}.\n')
            return 1
        case 'show':
            call.io.stdout.write(f'Id={name}\nNames={name}\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n')
            return 0
        case 'enable' | 'disable' | 'mask' | 'unmask':
            error(f'Failed to {verb} unit: Unit file {name} does not exist.\n')
            return 1
    if call.ctx.uid:
        error(f'Failed to {verb} {name}: Interactive authentication required.\n')
        return 1
    error(f'Failed to {verb} {name}: Unit {name} not found.\n' if verb != 'stop' else
          f'Failed to stop {name}: Unit {name} not loaded.\n')
    return NOT_INSTALLED


# -- what is ------------------------------------------------------------------------------------------------------


def _is(unit: Unit, verb: str, call: Call) -> int:
    call.io.stdout.write(unit.active + '\n' if 'q' not in call.options else '')
    if verb == 'is-failed':
        return 0 if unit.active == FAILED else 1
    return 0 if unit.active == ACTIVE else NOT_RUNNING


def _is_enabled(unit: Unit, call: Call) -> int:
    state = call.systemd.enabled(unit)
    call.io.stdout.write(state + '\n' if 'q' not in call.options else '')
    return 0 if state in ('enabled', 'static') else 1


def _cat(unit: Unit, call: Call) -> int:
    parts = [f'# {path}\n{call.files.read_text(path)}' for path in (unit.file.path, *unit.file.drop_ins)]
    call.io.stdout.write('\n'.join(parts))
    if call.systemd.stale(unit):
        call.io.stderr.write(STALE.format(unit.name))
    return 0


def _show(unit: Unit, call: Call) -> int:
    found = properties(unit, call.systemd)
    wanted = [name for value in call.options.all('p') for name in value.split(',')]
    for name in wanted or found:
        if name in found:
            call.io.stdout.write(f'{found[name]}\n' if 'value' in call.options else f'{name}={found[name]}\n')
    return 0


def _list_units(call: Call) -> int:
    options = call.options
    states = {'failed'} if 'failed' in options else set(filter(None, options.get('state').split(',')))
    kinds = set(filter(None, options.get('t').split(',')))
    shown = [unit for unit in call.systemd.all() if (
        {unit.active, unit.sub} & states if states else 'a' in options or unit.active != INACTIVE)
        and (not kinds or unit.name.rpartition('.')[2] in kinds)]
    rows = [('UNIT', 'LOAD', 'ACTIVE', 'SUB', 'DESCRIPTION')] if shown else []
    rows += [(unit.name, 'masked' if unit.file.masked else 'loaded', unit.active, unit.sub, unit.file.description)
             for unit in shown]
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(4)]
    for row in rows:
        sign = '●' if row[2] in (FAILED, ACTIVATING) else ' '
        cells = ' '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        call.io.stdout.write(f'{sign} {cells} {row[4]}\n')
    if 'no-legend' in options:
        return 0
    call.io.stdout.write(LEGEND if shown else '')
    call.io.stdout.write(f'{len(shown)} loaded units listed.' if len(shown) != 1 else '1 loaded units listed.')
    call.io.stdout.write('\n' if states or 'a' in options else ' Pass --all to see loaded but inactive units, too.\n')
    if not states:
        call.io.stdout.write("To show all installed unit files use 'systemctl list-unit-files'.\n")
    return 0


def _list_files(call: Call) -> int:
    units = call.systemd.all()
    rows = [('UNIT FILE', 'STATE', 'PRESET')]
    rows += [(unit.name, call.systemd.enabled(unit), 'enabled' if unit.file.all('Install.WantedBy') else '-')
             for unit in units]
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    for row in rows:
        call.io.stdout.write(' '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                             + '\n')
    call.io.stdout.write(f'\n{len(units)} unit files listed.\n')
    return 0


# -- status -------------------------------------------------------------------------------------------------------


def _status(unit: Unit, call: Call) -> int:
    """What `systemctl status` shows of one unit."""
    if call.systemd.stale(unit):
        call.io.stderr.write(STALE.format(unit.name))
    file, write = unit.file, call.io.stdout.write
    write(f'{SIGNS[unit.active]} {file.title}\n')
    for name, value in _facts(unit, call):
        first, *rest = value.split('\n')
        write(f'{name:>11}: {first}\n' + ''.join(f'{"":13}{line}\n' for line in rest))
    lines = int(call.options.get('n', '10'))
    entries = [entry for entry in call.journal.entries if entry.unit == unit.name][-lines:] if lines else []
    if entries:
        write('\n' + ''.join(_cut(line_of(entry, call.journal.hostname, call.ctx.simulation), call) + '\n'
                             for entry in entries))
    return 0 if unit.active == ACTIVE else NOT_RUNNING


def _cut(line: str, call: Call) -> str:
    """On a terminal, long lines are cut to its width."""
    terminal = call.ctx.terminal
    if terminal is None or not call.io.stdout.isatty or 'l' in call.options or len(line) <= terminal.columns:
        return line
    return line[:terminal.columns - 1] + '…'


def _facts(unit: Unit, call: Call) -> list[tuple[str, str]]:
    file, systemd = unit.file, call.systemd
    if file.masked:
        loaded = f'masked (Reason: Unit {unit.name} is masked.)'
    else:
        state = systemd.enabled(unit)
        preset = '; preset: enabled' if state != 'static' else ''
        loaded = f'loaded ({file.path}; {state}{preset})'
    found = [('Loaded', loaded)]
    if file.drop_ins:
        folder = file.drop_ins[0].rpartition('/')[0]
        names = [path.rpartition('/')[2] for path in file.drop_ins]
        found.append(('Drop-In', folder + '\n└─' + ', '.join(names)))
    found.append(('Active', _active(unit, call)))
    now = call.ctx.simulation.now
    if unit.ended is not None and unit.active in (INACTIVE, FAILED):
        found.append(('Duration', span(unit.ended.at - unit.ended.started_at, precise=True)))
    if file.all('Unit.Documentation'):
        found.append(('Docs', '\n'.join(file.get('Unit.Documentation').split())))
    if unit.process is not None:
        return [*found, *_running(unit, call, now)]
    if unit.ended is not None:
        found.append(('Process', f'{unit.ended.pid} ExecStart={file.get("Service.ExecStart")} ({unit.ended})'))
        found.append(('Main PID', f'{unit.ended.pid} ({unit.ended})'))
        found.append(('CPU', processor_time(unit.ended.at - unit.ended.started_at)))
    return found


def _active(unit: Unit, call: Call) -> str:
    text = f'{unit.active} ({unit.sub})'
    if unit.result != 'success' and unit.active != ACTIVE:
        text = f'failed (Result: {unit.result})' if unit.active == FAILED else f'{text} (Result: {unit.result})'
    if unit.since is None:
        return text
    simulation = call.ctx.simulation
    when = simulation.wall().timestamp() - (simulation.now - unit.since)
    return (f'{text} since {datetime.fromtimestamp(when, UTC):%a %Y-%m-%d %H:%M:%S} UTC; '
            f'{span(simulation.now - unit.since)} ago')


def _running(unit: Unit, call: Call, now: float) -> list[tuple[str, str]]:
    assert unit.process is not None
    members = call.systemd.members(unit)
    name = unit.process.argv[0].rpartition('/')[2]
    memory = MEMORY.get(name, 1.4) + 3.1 * (len(members) - 1)
    tree = [f'{"└─" if place == len(members) - 1 else "├─"}{_process_line(process, members)}'
            for place, process in enumerate(members)]
    return [('Main PID', f'{unit.process.pid} ({name})'), ('Tasks', f'{THREADS.get(name, 1) + 10 * (len(members) - 1)} '
                                                           '(limit: 4558)'),
            ('Memory', f'{memory:.1f}M (peak: {memory * 1.06:.1f}M)'), ('CPU', processor_time(now - unit.started_at)),
            ('CGroup', '\n'.join([f'/system.slice/{unit.name}', *tree]))]


def _process_line(process: Process, members: list[Process]) -> str:
    width = max(len(str(each.pid)) for each in members)
    return f'{process.pid:>{width}} {" ".join(process.argv)}'


def processor_time(seconds: float) -> str:
    return span(processor_seconds(seconds), precise=True)


def span(seconds: float, precise: bool = False) -> str:
    """FORMAT_TIMESPAN, FORMAT_TIMESTAMP_RELATIVE: '21s', '1min 5s', '2h 3min', '1.210s' when precise."""
    if precise:
        minutes, rest = divmod(seconds, 60)
        if minutes:
            return f'{_large(int(minutes))}{rest:.3f}s' if minutes < 60 else _large(int(minutes)).rstrip()
        return f'{rest:.3f}s' if rest >= 1 else f'{int(rest * 1000)}ms'
    whole = int(seconds)
    if whole < 60:
        return f'{whole}s' if whole else f'{int(seconds * 1000)}ms'
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f'{minutes}min {rest}s' if rest else f'{minutes}min'
    return _large(minutes).rstrip()


def _large(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, ' days' if days != 1 else ' day'), (hours, 'h'), (rest, 'min')]
    return ''.join(f'{number}{unit} ' for number, unit in parts if number)


# -- what is to be ------------------------------------------------------------------------------------------------


async def _change(verb: str, unit: Unit, call: Call) -> int:
    systemd = call.systemd
    running = unit.process is not None
    if verb == 'reload' and not unit.file.all('Service.ExecReload'):
        call.io.stderr.write(f'Failed to reload {unit.name}: Job type reload is not applicable for unit {unit.name}.\n'
                             f"See system logs and 'systemctl status {unit.name}' for details.\n")
        return 1
    if verb == 'try-restart' and not running:
        return 0
    if verb not in ('start', 'reload'):
        await systemd.stop(unit)
    if verb in ('stop', 'reload'):
        return 0
    if verb in ('start', 'restart', 'reload-or-restart') and not running:
        unit.restarts = 0
    systemd.start(unit)
    if unit.active == FAILED:
        call.io.stderr.write(f'Job for {unit.name} failed.\nSee "systemctl status {unit.name}" and '
                             f'"journalctl -xeu {unit.name}" for details.\n')
        return 1
    return 0


async def _enable(wanted: bool, unit: Unit, call: Call) -> int:
    systemd, files, write = call.systemd, call.files, call.io.stderr.write
    links = systemd.wanted_links(unit)
    if not links:
        write('The unit files have no installation config (WantedBy=, RequiredBy=, UpheldBy=,\n'
              'Also=, or Alias= settings in the [Install] section, and DefaultInstance= for\n'
              'template units). This means they are not meant to be enabled or disabled using systemctl.\n')
    for link in links:
        there = files.exists(link, follow=False)
        if wanted and not there:
            files.make_dirs(link.rpartition('/')[0])
            files.symlink(unit.file.path, link)
            write(f'Created symlink {link} → {unit.file.path}.\n')
        elif not wanted and there:
            files.remove(link)
            write(f'Removed "{link}".\n')
    if 'now' in call.options:
        return await _change('start' if wanted else 'stop', unit, call)
    return 0


def _mask(wanted: bool, unit: Unit, call: Call) -> int:
    files, path = call.files, f'{unitfile.ETC}/{unit.name}'
    if wanted and not unit.file.masked:
        if files.exists(path, follow=False):
            call.io.stderr.write(f'Failed to mask unit: File {path} already exists.\n')
            return 1
        files.symlink(unitfile.MASK, path)
        call.io.stderr.write(f'Created symlink {path} → {unitfile.MASK}.\n')
    elif not wanted and unit.file.masked:
        files.remove(path)
        call.io.stderr.write(f'Removed "{path}".\n')
    call.systemd.reload()
    return 0
