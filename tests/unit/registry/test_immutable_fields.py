"""Fields that never change are shown as the API server's own types have them."""

from __future__ import annotations

import pytest

from tutor.apimachinery.errors import StatusError

JOB = ('apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {completions: 2, completionMode: Indexed, '
       'podReplacementPolicy: Failed, template: {spec: {restartPolicy: Never, containers: [{name: c, image: nginx}]}}}')
REVISION = 'apiVersion: apps/v1\nkind: ControllerRevision\nmetadata: {name: r}\nrevision: 1\ndata: {a: b}'


@pytest.mark.parametrize(('text', 'change', 'expected'), [
    (JOB, lambda new: new['spec'].update(podFailurePolicy={'rules': [
        {'action': 'Count', 'onExitCodes': {'operator': 'In', 'values': [3]}}]}),
     'spec.podFailurePolicy: Invalid value: {"Rules":[{"Action":"Count","OnExitCodes":{"ContainerName":null,'
     '"Operator":"In","Values":[3]},"OnPodConditions":null}]}: field is immutable'),
    (JOB, lambda new: new['spec'].update(successPolicy={'rules': [{'succeededCount': 1}]}),
     'spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: field is immutable'),
    (REVISION, lambda new: new.update(data={'a': 'c'}), 'data: Invalid value: {"a":"c"}: field is immutable'),
])
def test_what_may_not_change_is_shown(kinds, text, change, expected):
    with pytest.raises(StatusError) as raised:
        kinds.update(kinds.create(text), change)
    assert [f'{cause["field"]}: {cause["message"]}' for cause in raised.value.details['causes']] == [expected]
