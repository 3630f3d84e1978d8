import pytest

from tutor.apimachinery import errors, field


def test_a_validation_error_says_each_complaint_once() -> None:
    problem = field.invalid('spec.replicas', -1, 'must be greater than or equal to 0')
    error = errors.invalid('apps', 'Deployment', 'web', [problem, problem])
    assert error.message == ('Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: '
                             'must be greater than or equal to 0')
    assert (error.code, error.reason) == (422, 'Invalid')
    assert error.details['causes'][0] == {
        'reason': 'FieldValueInvalid', 'field': 'spec.replicas',
        'message': 'Invalid value: -1: must be greater than or equal to 0'}


def test_several_complaints_stand_in_brackets() -> None:
    error = errors.invalid('', 'Pod', 'x', [field.required('a'), field.duplicate('b', 'c')])
    assert error.message == 'Pod "x" is invalid: [a: Required value, b: Duplicate value: "c"]'


@pytest.mark.parametrize(('problem', 'text'), [
    (field.not_supported('f', 'x', ('A', 'B')), 'f: Unsupported value: "x": supported values: "A", "B"'),
    (field.too_long('f', 63), 'f: Too long: may not be more than 63 bytes'),
    (field.too_many('f', 3, 1), 'f: Too many: 3: must have at most 1 item'),
    (field.forbidden('f', 'no'), 'f: Forbidden: no'),
    (field.not_found('f', 'v'), 'f: Not found: "v"'),
    (field.invalid('f', {'app': 'x'}, 'bad'), 'f: Invalid value: {"app":"x"}: bad'),
    (field.invalid('f', None, 'bad'), 'f: Invalid value: null: bad'),
    (field.invalid('f', 'a"b\n', 'bad'), 'f: Invalid value: "a\\"b\\n": bad'),
])
def test_field_errors_are_worded_as_upstream(problem: field.FieldError, text: str) -> None:
    assert str(problem) == text


def test_status_errors_of_the_api() -> None:
    assert errors.not_found('apps', 'deployments', 'x').message == 'deployments.apps "x" not found'
    assert errors.conflict('', 'pods', 'x', errors.OBJECT_MODIFIED).message.startswith(
        'Operation cannot be fulfilled on pods "x": the object has been modified')
    assert errors.forbidden('', 'pods', '', 'no').message == 'pods is forbidden: no'
    assert errors.new(500, '', 'x').status['code'] == 500


def test_the_keys_of_maps_are_sorted_in_messages_and_the_fields_of_structs_are_not():
    found = field.not_supported('spec.capacity', {'storage': '1Gi', 'cpu': '1'}, ['storage'])
    assert str(found) == 'spec.capacity: Unsupported value: {"cpu":"1","storage":"1Gi"}: supported values: "storage"'
    selector = {'matchLabels': {'b': '1', 'a': '2'}, 'matchExpressions': []}
    assert str(field.invalid('spec.selector', selector, 'x')) == (
        'spec.selector: Invalid value: {"matchLabels":{"a":"2","b":"1"},"matchExpressions":[]}: x')
