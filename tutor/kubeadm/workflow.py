"""Phases: the steps of init, join, reset and upgrade, run one after another or each by itself
(cmd/kubeadm/app/cmd/phases/workflow)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from tutor.apimachinery.errors import StatusError
from tutor.kubeadm.command import Command, Run
from tutor.kubeadm.errors import KubeadmError
from tutor.shell.pflag import Flag

Data = TypeVar('Data')
MACRO = 'This command is not meant to be run on its own. See list of available subcommands.'


@dataclass(frozen=True, slots=True)
class Phase(Generic[Data]):
    """One step: what it does with the data of the workflow, then the steps below it."""

    name: str
    short: str
    run: Callable[[Data], Awaitable[None]] | None = None
    phases: tuple[Phase[Data], ...] = ()
    aliases: tuple[str, ...] = ()
    hidden: bool = False
    """Not told of in --help."""


@dataclass(frozen=True, slots=True)
class Workflow(Generic[Data]):
    """The phases of a command, in order."""

    command: str
    phases: tuple[Phase[Data], ...]

    def walk(self) -> Iterator[tuple[str, Phase[Data]]]:
        """Every phase with its full name, `certs/apiserver`, each before those below it."""
        for phase in self.phases:
            yield from _walk('', phase)

    def check(self, skipped: Iterable[str]) -> None:
        """computePhaseRunFlags: raises KubeadmError for a name that no phase has."""
        names = {name for name, _ in self.walk()}
        for name in skipped:
            if name not in names:
                raise KubeadmError(f'invalid phase name: {name}')

    async def run(self, data: Data, only: str = '', skipped: Iterable[str] = ()) -> None:
        """Run all phases but the skipped ones, or `only` one with those below it. Raises KubeadmError, which names the
        phase."""
        leave = tuple(skipped)
        self.check(leave)
        for name, phase in self.walk():
            wanted = (not only or _below(name, only)) and not any(_below(name, other) for other in leave)
            if phase.run is None or not wanted:
                continue
            try:
                await phase.run(data)
            except KubeadmError as error:
                raise KubeadmError(f'error execution phase {name}: {error}', error.status) from None
            except StatusError as error:
                raise KubeadmError(f'error execution phase {name}: {error.status.get("message", error)}') from None

    def help(self) -> str:
        """The list of all phases, as --help of the command shows it."""
        shown = [(name.count('/'), name if '/' not in name else f'/{name.rpartition("/")[2]}', phase.short)
                 for name, phase in self.walk() if not phase.hidden]
        width = max(len(name) for _, name, _ in shown)
        lines = [f'{"  " * level}{name.ljust(width + 2)}{short}' for level, name, short in shown]
        return f'The "{self.command}" command executes the following phases:\n```\n' + '\n'.join(lines) + '\n```'


def _walk(above: str, phase: Phase[Data]) -> Iterator[tuple[str, Phase[Data]]]:
    name = f'{above}/{phase.name}' if above else phase.name
    yield name, phase
    for each in phase.phases:
        yield from _walk(name, each)


def _below(name: str, other: str) -> bool:
    return name == other or name.startswith(f'{other}/')


def commands(workflow: Workflow[Data], flags: tuple[Flag, ...],
             run_phase: Callable[[str], Run], arguments: str = '') -> tuple[Command, ...]:
    """The command `phase` of a workflow, with a command for each phase that takes the workflow's flags. `run_phase`
    makes what runs one, by its full name; a phase with others below it has `all`, which runs it whole."""
    def of(name: str, phase: Phase[Data]) -> Command:
        if not phase.phases:
            return Command(phase.name, phase.short, run_phase(name), flags, (), arguments, aliases=phase.aliases)
        whole = Command('all', f'Run all of the phase {name}', run_phase(name), flags, (), arguments)
        return Command(phase.name, phase.short, long=MACRO, commands=(
            whole, *(of(f'{name}/{each.name}', each) for each in phase.phases)))

    return (Command('phase', f'Use this command to invoke single phase of the "{workflow.command}" workflow',
                    commands=tuple(of(phase.name, phase) for phase in workflow.phases if not phase.hidden)),)
