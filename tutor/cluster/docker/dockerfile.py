"""Reading a Dockerfile (moby/buildkit: frontend/dockerfile/parser)."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

INSTRUCTIONS = ('FROM', 'RUN', 'COPY', 'ADD', 'ENV', 'ARG', 'WORKDIR', 'EXPOSE', 'CMD', 'ENTRYPOINT', 'USER', 'LABEL',
                'VOLUME', 'HEALTHCHECK', 'STOPSIGNAL', 'SHELL', 'MAINTAINER', 'ONBUILD')
VARIABLE = re.compile(r'\\\$|\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^}]*))?\})')
FLAGLESS = ('LABEL', 'ENV', 'CMD', 'ENTRYPOINT')
FLAG = re.compile(r'--(\w[\w-]*)(?:=(\S+))?\s+')
HEREDOC = re.compile(r'<<-?\s*["\']?(\w+)["\']?')


class DockerfileError(ValueError):
    """What is wrong with a Dockerfile, as `docker build` says it."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its name, its flags (--from=…), the rest as text, and its first and last line."""

    name: str
    flags: dict[str, str]
    text: str
    first: int
    last: int
    source: str

    def exec_form(self) -> list[str] | None:
        """The words of a JSON array, None for the shell form."""
        if not self.text.startswith('['):
            return None
        try:
            words = json.loads(self.text)
        except ValueError:
            return None
        return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None

    def words(self) -> list[str]:
        return self.exec_form() or shlex.split(self.text, posix=True)

    def pairs(self) -> list[tuple[str, str]]:
        """ENV, LABEL, ARG: 'a=b c=d', or the old form 'a b'."""
        first = self.text.split(None, 1)
        if self.name == 'ENV' and '=' not in first[0] and len(first) > 1:
            return [(first[0], first[1])]
        return [(name, value) for name, _, value in (word.partition('=') for word in shlex.split(self.text))]


@dataclass(slots=True)
class Stage:
    """From one FROM to the next."""

    base: str
    name: str
    instruction: Instruction
    steps: list[Instruction] = field(default_factory=list)


@dataclass(slots=True)
class Dockerfile:
    """Stages in order, and the ARGs before the first."""

    stages: list[Stage]
    arguments: list[Instruction]
    lines: list[str]


def parse(text: str) -> Dockerfile:
    """A Dockerfile from its text. Raises DockerfileError."""
    lines = text.splitlines()
    stages: list[Stage] = []
    arguments: list[Instruction] = []
    for instruction in _instructions(lines):
        if instruction.name == 'FROM':
            stages.append(_stage(instruction, len(stages)))
        elif stages:
            stages[-1].steps.append(instruction)
        elif instruction.name == 'ARG':
            arguments.append(instruction)
        else:
            raise DockerfileError(f'dockerfile parse error on line {instruction.first}: no build stage in current '
                                  'context')
    if not stages:
        raise DockerfileError('file with no instructions' if not arguments else 'no build stage in current context')
    return Dockerfile(stages, arguments, lines)


def _stage(instruction: Instruction, number: int) -> Stage:
    words = instruction.text.split()
    if len(words) not in (1, 3) or (len(words) == 3 and words[1].lower() != 'as'):
        raise DockerfileError(f'dockerfile parse error on line {instruction.first}: FROM requires either one or three '
                              'arguments')
    return Stage(words[0], words[2].lower() if len(words) == 3 else str(number), instruction)


def _instructions(lines: list[str]) -> list[Instruction]:
    found: list[Instruction] = []
    place = 0
    while place < len(lines):
        first, line = place, lines[place]
        place += 1
        if not line.strip() or line.lstrip().startswith('#'):
            continue
        text = line.strip()
        while text.endswith('\\') and place < len(lines):
            following = lines[place].strip()
            place += 1
            text = text[:-1].rstrip() + ('' if not following or following.startswith('#') else ' ' + following)
            if not following or following.startswith('#'):
                text += ' \\'
        heredoc = HEREDOC.search(text)
        if heredoc and text.split(None, 1)[0].upper() in ('RUN', 'COPY'):
            body = []
            while place < len(lines) and lines[place].strip() != heredoc[1]:
                body.append(lines[place])
                place += 1
            place += 1
            text = text[:heredoc.start()].rstrip() + ' ' + '\n'.join(body)
        found.append(_instruction(text.removesuffix('\\').rstrip(), first + 1, place))
    return found


def _instruction(text: str, first: int, last: int) -> Instruction:
    name, _, rest = text.partition(' ')
    upper, rest = name.upper(), rest.strip()
    if upper not in INSTRUCTIONS:
        close = get_close_matches(upper, INSTRUCTIONS, 1, 0.6)
        hint = f' (did you mean {close[0]}?)' if close else ''
        raise DockerfileError(f'dockerfile parse error on line {first}: unknown instruction: {name}{hint}')
    flags: dict[str, str] = {}
    while upper not in FLAGLESS and (match := FLAG.match(rest)):
        flags[match[1]] = match[2] or ''
        rest = rest[match.end():]
    if not rest:
        raise DockerfileError(f'dockerfile parse error on line {first}: {upper} requires '
                              f'{"at least one argument" if upper != "WORKDIR" else "exactly one argument"}')
    return Instruction(upper, flags, rest, first, last, f'{upper} {text.partition(" ")[2].strip()}')


def triggered(text: str, place: Instruction) -> Instruction:
    """An ONBUILD instruction where the FROM stands that brings it."""
    return _instruction(text, place.first, place.last)


def substitute(text: str, env: Mapping[str, str]) -> str:
    """$NAME, ${NAME}, ${NAME:-default}, ${NAME:+other}."""
    def value(match: re.Match[str]) -> str:
        if match[0] == '\\$':
            return '$'
        found = env.get(match[1] or match[2], '')
        if match[3] and '-' in match[3]:
            return found or match[4]
        if match[3]:
            return match[4] if found else ''
        return found
    return VARIABLE.sub(value, text)
