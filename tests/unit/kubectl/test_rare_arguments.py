"""Arguments that are rarely given so, and what kubectl says of them."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(('line', 'said'), [
    ('exec p ls --', 'error: you must specify at least one command for the container\n'),
    ('exec p ls -- pwd', 'Error from server (NotFound): pods "p" not found\n'),
    ('exec p ls', 'error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee '
                  "'kubectl exec -h' for help and examples\n"),
    ('explain .spec', 'error: invalid jsonpath syntax, first node must be field node\n'),
    ('explain pod.spec.containers[0]', 'error: invalid jsonpath syntax, first node must be field node\n'),
    ('explain pod.spec.* --api-version=v1', 'error: invalid jsonpath syntax, all nodes must be field nodes\n'),
    ('explain pod,svc', "error: unrecognized character in action: U+002C ','\n"),
    ('explain ""', 'error: a resource must be present, got: /, Resource=\n')])
def test_what_stands_at_an_odd_place_is_told(shared, line, said):
    assert shared(line).err == said


BOATS = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.sea.io}
spec:
  group: sea.io
  scope: Namespaced
  names: {plural: boats, singular: boat, kind: Boat}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
"""


def test_commands_that_need_a_type_know_only_the_kinds_that_are_built_in(kubectl):
    kubectl('create -f -', BOATS)
    kubectl.cluster.simulation.advance(2)
    assert kubectl('create -f -', 'apiVersion: sea.io/v1\nkind: Boat\nmetadata: {name: a}\n').out == (
        'boat.sea.io/a created\n')
    assert kubectl('rollout status boat').err == (
        'error: no kind "BoatList" is registered for version "sea.io/v1" in scheme "pkg/scheme/scheme.go:28"\n')
    for line in ('rollout status boat/a', 'expose boat a --port=80', 'set image boat/a x=y', 'set env boat/a A=b'):
        assert kubectl(line).err == (
            'error: no kind "Boat" is registered for version "sea.io/v1" in scheme "pkg/scheme/scheme.go:28"\n')
