"""Reads the course from its folder. A broken file is a problem that is reported; the others are read all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from tutor.course.models import (
    ClusterOptions,
    Exercise,
    ExerciseFile,
    File,
    Lesson,
    LessonFile,
    Part,
    PartFile,
    Term,
    Wrong,
    number_key,
)
from tutor.course.problems import CourseError, Problem, from_validation, line_at
from tutor.course.words import LANGUAGES, Strict, Text

Model = TypeVar('Model', bound=Strict)

REFERENCE = re.compile(r'^:::\s*exercise\s+(\S+)\s*$', re.MULTILINE)


@dataclass
class Course:
    """All parts in order. `problems` says what could not be read."""

    root: Path
    parts: tuple[Part, ...]
    problems: list[Problem] = field(default_factory=list)
    _glossary: tuple[Term, ...] | None = None
    _exercises: dict[str, Exercise] = field(default_factory=dict)

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        return tuple(lesson for part in self.parts for lesson in part.lessons)

    def lesson(self, lesson_id: str) -> Lesson:
        """A lesson by its id or its number. Raises KeyError."""
        for lesson in self.lessons:
            if lesson_id in (lesson.id, lesson.number):
                return lesson
        raise KeyError(lesson_id)

    def exercise(self, exercise_id: str) -> Exercise:
        """An exercise by its id. Raises KeyError when there is none, CourseError when it is broken."""
        if exercise_id not in self._exercises:
            lesson = self.lesson(exercise_id.rpartition('/')[0])
            name = exercise_id.rpartition('/')[2]
            if name not in lesson.exercise_names:
                raise KeyError(exercise_id)
            self._exercises[exercise_id] = load_exercise(lesson.folder / 'exercises' / name, lesson)
        return self._exercises[exercise_id]

    @property
    def glossary(self) -> tuple[Term, ...]:
        """The words of the course. What is broken in it joins the problems."""
        if self._glossary is None:
            self._glossary = tuple(_terms(self.root / 'glossary.yaml', self.problems))
        return self._glossary

    @property
    def exercise_ids(self) -> tuple[str, ...]:
        return tuple(one for lesson in self.lessons for one in lesson.exercise_ids)


def lessons_folder() -> Path:
    """Where the course lies: in the source tree, or inside the installed package."""
    package = Path(__file__).resolve().parent.parent
    source = package.parent / 'lessons'
    in_source_tree = (package.parent / 'pyproject.toml').is_file() and source.is_dir()
    return source if in_source_tree else package / '_data' / 'lessons'


def load_course(root: Path | None = None) -> Course:
    """Read all parts and lessons; their exercises and texts when they are asked for."""
    root = root or lessons_folder()
    problems: list[Problem] = []
    parts = [part for folder in _folders(root) if (part := _load_part(folder, problems))]
    return Course(root, tuple(sorted(parts, key=lambda part: number_key(part.number))), problems)


def _folders(root: Path) -> list[Path]:
    if not root.is_dir():
        return []
    return sorted(path for path in root.iterdir() if path.is_dir() and path.name[0] not in '._')


def _load_part(folder: Path, problems: list[Problem]) -> Part | None:
    try:
        file = _read(folder / 'part.yaml', PartFile)[0]
    except CourseError as error:
        problems.extend(error.problems)
        return None
    lessons: list[Lesson] = []
    for path in _folders(folder):
        try:
            lessons.append(load_lesson(path))
        except CourseError as error:
            problems.extend(error.problems)
    return Part(folder.name, file.number, file.title,
                tuple(sorted(lessons, key=lambda lesson: number_key(lesson.number))))


def load_lesson(folder: Path) -> Lesson:
    """One lesson by its folder. Raises CourseError."""
    file, source = _read(folder / 'lesson.yaml', LessonFile)
    for language in LANGUAGES:
        if not (folder / f'{language}.md').is_file():
            raise CourseError(_missing(folder / f'{language}.md'))
    return Lesson(
        id=f'{folder.parent.name}/{folder.name}', folder=folder, number=file.number, title=file.title,
        summary=file.summary, minutes=file.minutes,
        cluster=_cluster(file.cluster, folder / 'lesson.yaml', source), exercise_names=_exercise_names(folder))


def _exercise_names(folder: Path) -> tuple[str, ...]:
    existing = [path.name for path in _folders(folder / 'exercises')]
    shown = REFERENCE.findall((folder / 'zh.md').read_text(encoding='utf-8'))
    return tuple(dict.fromkeys([name for name in shown if name in existing] + existing))


def load_exercise(folder: Path, lesson: Lesson | None = None) -> Exercise:
    """One exercise by its folder; what its cluster leaves open is its lesson's. Raises CourseError."""
    path = folder / 'exercise.yaml'
    file, source = _read(path, ExerciseFile)
    solution = folder / 'solution.sh'
    if not solution.is_file():
        raise CourseError(_missing(solution))
    cluster = _cluster(file.cluster, path, source) or (lesson.cluster if lesson else None)
    values: dict[str, Any] = dict(file) | {'cluster': cluster}
    above = folder.parent.parent
    return Exercise.model_construct(
        None, **values, id=f'{above.parent.name}/{above.name}/{folder.name}', folder=folder, source=source,
        start=tuple(_files(folder / 'start')), files=tuple(_files(folder / 'files')),
        solution=solution.read_text(encoding='utf-8'), wrong=tuple(_wrong(folder / 'wrong', file, path)))


def _files(folder: Path) -> Iterator[File]:
    if folder.is_dir():
        for path in sorted(folder.rglob('*')):
            if path.is_file():
                yield File(path.relative_to(folder).as_posix(), path.read_text(encoding='utf-8'), path)


def _wrong(folder: Path, file: ExerciseFile, path: Path) -> Iterator[Wrong]:
    checks = {check.id for check in file.checks}
    for script in _files(folder):
        name = script.name.removesuffix('.sh')
        check = name if name in checks else re.sub(r'-\d+$', '', name)
        if check not in checks:
            raise CourseError(Problem(script.path, 0, '', Text(
                zh=f'{path.name} 里没有叫 {check} 的检查', en=f'{path.name} has no check called {check}')))
        yield Wrong(check, name, script.text, script.path)


def _terms(path: Path, problems: list[Problem]) -> Iterator[Term]:
    if not path.is_file():
        return
    try:
        entries, source = read_yaml(path)
    except CourseError as error:
        problems.extend(error.problems)
        return
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        try:
            yield Term.model_validate(entry)
        except ValidationError as error:
            problems.extend(from_validation(error, path, source, (index,)))


# -- YAML --------------------------------------------------------------------------------------------------------


def _missing(path: Path) -> Problem:
    return Problem(path, 0, '', Text(zh='缺少这个文件', en='this file is missing'))


def _read(path: Path, model: type[Model]) -> tuple[Model, str]:
    data, source = read_yaml(path)
    try:
        return model.model_validate(data), source
    except ValidationError as error:
        raise CourseError(*from_validation(error, path, source)) from None


def read_yaml(path: Path) -> tuple[Any, str]:
    """The content of a YAML file and its text. Raises CourseError."""
    import yaml
    try:
        source = path.read_text(encoding='utf-8')
    except FileNotFoundError:
        raise CourseError(_missing(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(Problem(path, 0, '', Text.same(str(error)))) from None
    try:
        return yaml.load(source, Loader=yaml.CSafeLoader), source
    except yaml.YAMLError as error:
        mark = getattr(error, 'problem_mark', None)
        words = str(getattr(error, 'problem', None) or error)
        raise CourseError(Problem(path, mark.line + 1 if mark else 0, '', Text(
            zh=f'YAML 语法错误：{words}', en=f'not valid YAML: {words}'))) from None


def _cluster(value: ClusterOptions | str | None, path: Path, source: str) -> ClusterOptions | None:
    """Cluster options: written in place, or the name of a cluster file beside the lesson's."""
    if not isinstance(value, str):
        return value
    file = path.parent / value
    options, _ = read_yaml(file) if file.is_file() else (None, '')
    if not isinstance(options, dict):
        raise CourseError(Problem(path, line_at(source, ('cluster',)), 'cluster', Text(
            zh=f'找不到集群文件 {value}', en=f'there is no cluster file {value}')))
    return options
