"""What `tutor new` writes: files that an author fills in."""

from __future__ import annotations

from pathlib import Path

PART = """\
number: '9'
title: {zh: 标题, en: Title}
"""

LESSON = """\
number: '9.1'
title: {zh: 标题, en: Title}
summary:
  zh: 一句话说明学完这一课会做什么。
  en: One sentence on what the learner can do after this lesson.
minutes: 10
"""

TEXT_ZH = """\
一段开场白。

## 第一页

```run
▸ kubectl get nodes
```
"""

TEXT_EN = """\
An opening paragraph.

## First page

```run
▸ kubectl get nodes
```
"""

EXERCISE = """\
title: {zh: 标题, en: Title}
task:
  zh: 创建命名空间 `demo`。
  en: Create the namespace `demo`.
checks:
  - id: namespace
    type: object
    title: {zh: 命名空间 demo, en: Namespace demo}
    kind: Namespace
    name: demo
hints:
  - zh: 创建对象用 `kubectl create`。
    en: Objects are created with `kubectl create`.
keep: kubectl create namespace NAME
solved:
  zh: 命名空间已经创建好了。
  en: The namespace is there.
"""


def start_part(path: Path) -> list[Path]:
    return _write(path, {'part.yaml': PART})


def start_lesson(path: Path) -> list[Path]:
    return _write(path, {'lesson.yaml': LESSON, 'zh.md': TEXT_ZH, 'en.md': TEXT_EN})


def start_exercise(path: Path) -> list[Path]:
    return _write(path, {
        'exercise.yaml': EXERCISE, 'solution.sh': 'kubectl create namespace demo\n',
        'wrong/namespace.sh': 'kubectl create namespace dmeo\n',
    })


def _write(folder: Path, files: dict[str, str]) -> list[Path]:
    written = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
        written.append(path)
    return written
