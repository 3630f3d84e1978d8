"""fileKeyRef: a variable out of a file that an init container has written."""

import pytest


def pod(lab, text: str, **reference) -> None:
    lab.pod(
        command=['sh', '-c', 'echo "color is $COLOR"; sleep 3600'],
        container={'env': [{'name': 'COLOR', 'valueFrom': {'fileKeyRef': {
            'volumeName': 'data', 'path': 'config.env', 'key': 'color', **reference}}}]},
        volumes=[{'name': 'data', 'emptyDir': {}}],
        initContainers=[{'name': 'write', 'image': 'busybox', 'env': [{'name': 'TEXT', 'value': text}],
                         'command': ['sh', '-c', 'echo "$TEXT" > /data/config.env'],
                         'volumeMounts': [{'name': 'data', 'mountPath': '/data'}]}])


@pytest.mark.parametrize(('text', 'value'), [
    ("# colours\n\ncolor='deep blue' # mine", 'deep blue'), ("size='1'\ncolor='two\nlines'", 'two\nlines')])
def test_a_variable_is_read_from_the_file(lab, text: str, value: str) -> None:
    pod(lab, text)
    lab.ready()
    assert lab.exec('web', 'printenv', 'COLOR') == (0, value + '\n')


def test_an_optional_variable_that_is_not_there_is_left_out(lab) -> None:
    pod(lab, "size='1'", optional=True)
    lab.ready()
    assert lab.exec('web', 'printenv', 'COLOR') == (1, '')


@pytest.mark.parametrize(('text', 'reference', 'message'), [
    ("size='1'", {}, 'environment variable key "color" not found in file "config.env"'),
    ('color=blue', {}, "couldn't parse env file: invalid format on line 1"),
    ("color='x'", {'path': 'no.env'}, "couldn't parse env file: open no.env: no such file or directory")])
def test_what_is_wrong_is_said_by_the_waiting_container(lab, text: str, reference: dict, message: str) -> None:
    pod(lab, text, **reference)
    lab.until(lambda: (lab.state().get('waiting') or {}).get('reason') == 'CreateContainerConfigError')
    assert lab.state()['waiting']['message'] == message
