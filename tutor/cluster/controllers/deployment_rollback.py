"""Rolling a Deployment back because its annotation asks for it, as extensions/v1beta1 did (deployment/rollback.go)."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.apimachinery.objects import Object, annotations
from tutor.client.client import Client
from tutor.cluster.controllers import revisions
from tutor.cluster.controllers.deployment_scale import Event

ROLLBACK_TO = 'deprecated.deployment.rollback.to'


def wanted(deployment: Object) -> int | None:
    """getRollbackTo: the revision, 0 for the one before."""
    text = annotations(deployment).get(ROLLBACK_TO, '')
    return int(text) if text.removeprefix('-').isdecimal() else None


def roll_back(client: Client, event: Event, deployment: Object, sets: Iterable[Object]) -> None:
    """rollback: give the template of a revision back to the deployment; in any case the wish is gone then."""
    sets = list(sets)
    number = wanted(deployment) or _last(sets)
    name = deployment['metadata']['name']
    rs = next((rs for rs in sets if number and revisions.revision(rs) == number), None)
    if rs is None:
        event(deployment, 'Warning', 'DeploymentRollbackRevisionNotFound',
              'Unable to find the revision to rollback to.' if number else 'Unable to find last revision.')
    elif revisions.same_template(rs['spec']['template'], deployment['spec']['template']):
        event(deployment, 'Warning', 'DeploymentRollbackTemplateUnchanged',
              f'The rollback revision contains the same template as current deployment "{name}"')
    else:
        client.update('deployments.apps', _without_wish(revisions.as_it_was(deployment, rs)))
        event(deployment, 'Normal', 'DeploymentRollback', f'Rolled back deployment "{name}" to revision {number}')
        return
    client.update('deployments.apps', _without_wish(deployment))


def _last(sets: Iterable[Object]) -> int:
    """LastRevision: the second highest."""
    numbers = sorted((revisions.revision(rs) for rs in sets), reverse=True)
    return numbers[1] if len(numbers) > 1 else 0


def _without_wish(deployment: Object) -> Object:
    left = {name: value for name, value in annotations(deployment).items() if name != ROLLBACK_TO}
    return {**deployment, 'metadata': {**deployment['metadata'], 'annotations': left}}
