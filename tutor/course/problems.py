"""What is wrong with a lesson file: the file, the line, the field, and what to do, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.course.words import Language, Text

if TYPE_CHECKING:
    import yaml
    from pydantic import ValidationError

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `field` is a path such as checks[1].kind, empty when the file as a whole is meant."""

    file: Path
    line: int
    field: str
    message: Text

    def say(self, language: Language) -> str:
        """`file:line: field: message`, a form that editors and terminals make clickable."""
        place = f'{self.file}:{self.line}' if self.line else str(self.file)
        return ': '.join(part for part in (place, self.field, self.message.say(language)) if part)


class CourseError(Exception):
    """A lesson file that cannot be used, with everything that is wrong with it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__('\n'.join(problem.say('en') for problem in problems))
        self.problems = problems


def dotted(location: Location) -> str:
    """('checks', 0, 'kind') as checks[0].kind."""
    path = ''
    for part in location:
        path += f'[{part}]' if isinstance(part, int) else f'.{part}' if path else part
    return path


def line_at(source: str, location: Location) -> int:
    """The line (from 1) of a field in a YAML text; of the nearest one above it that exists."""
    import yaml
    try:
        node = yaml.compose(source, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return 0
    line = 1
    for part in location:
        child = _child(node, part)
        if child is None:
            break
        line, node = child
    return line


def _child(node: yaml.Node | None, part: str | int) -> tuple[int, yaml.Node] | None:
    import yaml
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


WORDS = {
    'missing': Text(zh='缺少这个字段', en='this field is missing'),
    'extra_forbidden': Text(zh='没有这个字段（请检查拼写）', en='there is no such field (check the spelling)'),
    'string_type': Text(zh='应为字符串', en='should be a string'),
    'int_type': Text(zh='应为整数', en='should be a whole number'),
    'bool_type': Text(zh='应为 true 或 false', en='should be true or false'),
    'dict_type': Text(zh='应为映射（键: 值）', en='should be a mapping (key: value)'),
    'model_type': Text(zh='应为映射（键: 值）', en='should be a mapping (key: value)'),
    'tuple_type': Text(zh='应为列表', en='should be a list'),
    'list_type': Text(zh='应为列表', en='should be a list'),
}


def from_validation(error: ValidationError, file: Path, source: str, above: Location = ()) -> list[Problem]:
    """The problems that pydantic found in (a part of) a YAML file."""
    return [_problem(detail, file, source, above) for detail in error.errors(include_url=False)]


def _problem(detail: Any, file: Path, source: str, above: Location) -> Problem:
    location = (*above, *detail['loc'])
    message = WORDS.get(detail['type']) or Text.same(detail['msg'].removeprefix('Value error, '))
    return Problem(file, line_at(source, location), dotted(location), message)
