"""Which objects a command was about, and the first of them that is in trouble."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.apimachinery.resources import find
from tutor.session.why.explanation import Explanation, Failure
from tutor.session.why.state.catalog import EVERYWHERE, FINDERS
from tutor.session.why.state.cluster import Object, Scene
from tutor.session.why.state.owners import owner_of

KUBECTL = re.compile(r'(?:^|[\s;|&(])(?:kubectl|k)\s')
ALL = re.compile(r'\s(?:-A|--all-namespaces)\b')
INTENDED = re.compile(r'\s(?:cordon|drain|taint|rollout pause)\s')
"""Who types these has brought about what would be explained."""
LOOKS = re.compile(r'(?:kubectl|k)\s(?:.*\s)?(?:get|describe|logs|events|wait|top|rollout\s+(?:status|history))(?:\s|$)')
WORD = re.compile(r'(?<![-\w.])[a-z0-9][a-z0-9.-]*')


def looks(command: str) -> bool:
    """Whether a command line looks at objects, and changes none."""
    return LOOKS.search(command) is not None


def explain_state(failure: Failure) -> Explanation | None:
    """The trouble of an object that the command, or what it printed, names. None when all of them are well."""
    if not KUBECTL.search(failure.command) or INTENDED.search(failure.command):
        return None
    words = set(WORD.findall(failure.command)) | set(WORD.findall(failure.error[:20_000]))
    scene = Scene(failure.client, failure.namespace, failure.flag)
    for scene_ in _scenes(failure, scene, words):
        for resource, kind, finder in sorted(FINDERS, key=lambda line: not _asked(line[0], failure.command)):
            for obj in _named(resource, words, scene_):
                found = finder(kind, obj, scene_)
                if found is not None:
                    text, suggestions = found
                    return Explanation(f'{kind}/{obj["metadata"]["name"]}', text, suggestions)
    return None


def _asked(resource: str, command: str) -> bool:
    """Whether the command names the kind itself, in any of its spellings."""
    plural, _, group = resource.partition('.')
    spellings = '|'.join(find(group, plural).names)
    return re.search(rf'(?<![-\w/])(?:{spellings})(?:[\s/,.]|$)', command) is not None


def _scenes(failure: Failure, scene: Scene, words: set[str]) -> Iterator[Scene]:
    """The namespace of the command; with -A every one that it printed."""
    if not ALL.search(failure.command):
        yield scene
        return
    for name in scene.names('namespaces', True):
        if name in words:
            yield Scene(failure.client, name, '' if name == 'default' else f' -n {name}')


def _named(resource: str, words: set[str], scene: Scene) -> list[Object]:
    """The objects that are named, or whose owner is."""
    found = []
    for obj in scene.items(resource, resource in EVERYWHERE):
        owners = obj['metadata'].get('ownerReferences')
        if obj['metadata']['name'] in words or (owners and owner_of(obj, scene)[1] in words):
            found.append(obj)
    return found
