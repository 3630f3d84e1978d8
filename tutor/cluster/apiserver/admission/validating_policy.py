"""ValidatingAdmissionPolicy: rules in CEL that refuse, warn or only note (plugin/policy/validating/dispatcher.go)."""

from __future__ import annotations

from tutor.apimachinery.expressions import ExpressionError
from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission.plugin import Judge
from tutor.cluster.apiserver.admission.policies import NOT_FOUND, Asked, PolicyPlugin, denied
from tutor.cluster.apiserver.admission.policy_matching import failure
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context


class ValidatingAdmissionPolicy(PolicyPlugin, Judge):
    name = 'ValidatingAdmissionPolicy'
    policies, bindings = 'validatingadmissionpolicies', 'validatingadmissionpolicybindings'

    def judge(self, scope: Scope, obj: Object | None, old: Object | None, context: Context) -> None:
        if self._pairs == []:
            return
        refusals: list[tuple[str, str]] = []
        for asked in self.asked(scope, obj, old, context):
            actions = asked.binding['spec'].get('validationActions') or ()
            names = f"ValidatingAdmissionPolicy '{asked.policy['metadata']['name']}' with binding " \
                    f"'{asked.binding['metadata']['name']}'"
            for message, reason in _failures(asked):
                if asked.problem == NOT_FOUND:  # addConfigError: whatever the binding would have done
                    refusals.append((f'{names} denied request: {message}', reason))
                    continue
                if 'Deny' in actions:
                    refusals.append((f'{names} denied request: {message}', reason))
                if 'Warn' in actions:
                    scope.warnings.append(f'Validation failed for {names}: {message}')
        if refusals:
            raise denied(scope, obj or old or {'metadata': {}}, *refusals[0])


def _failures(asked: Asked) -> list[tuple[str, str]]:
    """The message and reason of each rule that does not hold."""
    if asked.problem:
        return [(asked.problem, 'Invalid')] if asked.fails else []
    found = []
    for rule in asked.policy['spec'].get('validations') or ():
        try:
            passed = asked.evaluate(rule['expression'])
        except ExpressionError as error:
            if asked.fails:
                found.append((failure(rule['expression'], error), 'Invalid'))
            continue
        if passed is not True:
            found.append((_message(asked, rule), rule.get('reason') or 'Invalid'))
    return found


def _message(asked: Asked, rule: Object) -> str:
    if rule.get('messageExpression'):
        try:
            text = asked.evaluate(rule['messageExpression'])
        except ExpressionError:
            text = ''
        if isinstance(text, str) and text.strip() and '\n' not in text:
            return text.strip()
    return (rule.get('message') or '').strip() or f'failed expression: {rule["expression"].strip()}'
