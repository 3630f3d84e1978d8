"""The properties of a unit that `systemctl show` prints."""

from __future__ import annotations

from datetime import UTC, datetime

from tutor.shell.systemd.systemd import ACTIVE, Systemd, Unit


def properties(unit: Unit, systemd: Systemd) -> dict[str, str]:
    """By name, in systemd's order."""
    file, process = unit.file, unit.process
    status = unit.ended.status if unit.ended is not None else 0
    return {
        'Type': file.get('Service.Type', 'simple'), 'Restart': file.get('Service.Restart', 'no'),
        'NotifyAccess': 'main' if file.get('Service.Type') == 'notify' else 'none',
        'RestartUSec': (file.get('Service.RestartSec') or '100ms') + (
            's' if file.get('Service.RestartSec').isdigit() else ''),
        'MainPID': str(process.pid if process is not None else 0), 'NRestarts': str(unit.restarts),
        'Result': unit.result, 'ExecMainPID': str(process.pid if process is not None else
                                                  unit.ended.pid if unit.ended is not None else 0),
        'ExecMainStatus': str(status), 'ExecStart': f'{{ path={file.get("Service.ExecStart").partition(" ")[0]} ; '
        f'argv[]={file.get("Service.ExecStart")} ; ignore_errors=no }}',
        'Environment': ' '.join(file.all('Service.Environment')),
        'EnvironmentFiles': ' '.join(f'{path.removeprefix("-")} (ignore_errors={_yes(path.startswith("-"))})'
                                     for path in file.all('Service.EnvironmentFile')),
        'Id': unit.name, 'Names': unit.name, 'Wants': file.get('Unit.Wants'), 'After': file.get('Unit.After'),
        'Documentation': file.get('Unit.Documentation'), 'Description': file.description,
        'LoadState': 'masked' if file.masked else 'loaded', 'ActiveState': unit.active, 'SubState': unit.sub,
        'FragmentPath': file.path, 'DropInPaths': ' '.join(file.drop_ins),
        'UnitFileState': systemd.enabled(unit), 'UnitFilePreset': 'enabled',
        'ActiveEnterTimestamp': _stamp(unit, systemd) if unit.active == ACTIVE else '',
        'NeedDaemonReload': _yes(systemd.stale(unit)),
    }


def _yes(value: bool) -> str:
    return 'yes' if value else 'no'


def _stamp(unit: Unit, systemd: Systemd) -> str:
    simulation = systemd.simulation
    when = simulation.wall().timestamp() - (simulation.now - (unit.since or 0.0))
    return f'{datetime.fromtimestamp(when, UTC):%a %Y-%m-%d %H:%M:%S} UTC'
