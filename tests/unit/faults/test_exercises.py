"""An exercise may begin with something broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.course.loader import load_exercise
from tutor.course.models import Exercise
from tutor.grader.view import CannotStart
from tutor.session.sitting import ExerciseSitting

EXERCISE = """
title: {{zh: 找到坏掉的节点, en: Find the broken node}}
task: {{zh: 找到它。, en: Find it.}}
faults: [{faults}]
checks:
  - {{id: web, type: object, title: {{zh: 甲, en: web}}, kind: Deployment, name: web}}
hints: [kubectl get nodes]
keep: kubectl get nodes
solved: {{zh: 好, en: Good.}}
"""


def exercise(folder: Path, faults: str) -> Exercise:
    place = folder / 'part' / 'lesson' / 'exercises' / 'broken'
    place.mkdir(parents=True)
    (place / 'exercise.yaml').write_text(EXERCISE.format(faults=faults), encoding='utf-8')
    (place / 'solution.sh').write_text('kubectl create deployment web --image=nginx\n', encoding='utf-8')
    return load_exercise(place)


def test_faults_are_in_force_when_the_learner_comes(tmp_path: Path) -> None:
    sitting = ExerciseSitting(exercise(tmp_path, 'stop-kubelet node01, kill kube-scheduler'))
    assert sitting.run('chaos status').stdout == '  1  stop-kubelet node01\n  2  kill kube-scheduler\n'
    sitting.advance(60)
    assert 'node01         NotReady' in sitting.run('kubectl get nodes').stdout


def test_a_fault_that_does_not_exist_is_an_author_s_mistake(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match='stop node9: there is no machine node9'):
        ExerciseSitting(exercise(tmp_path, 'stop node9'))
