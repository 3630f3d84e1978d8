"""What a session in a container shows, and what kubectl says when it has ended (AttachOptions.reattachMessage)."""

import pytest


def test_a_session_tells_how_to_come_back_to_it(small) -> None:
    shown = small.type('kubectl run -it box --image=busybox', 'exit')
    assert shown.endswith("Session ended, resume using 'kubectl attach box -c box -n default -i -t' command\n")


def test_the_pod_goes_before_its_end_is_told(small) -> None:
    shown = small.type('kubectl run -it box --image=busybox --rm --restart=Never -n kube-system', 'exit 3')
    assert shown.splitlines()[-3:] == [
        "/ # Session ended, resume using 'kubectl attach box -c box -n kube-system -i -t' command",
        'pod "box" deleted from kube-system namespace', 'pod kube-system/box terminated (Error)']


def test_an_ephemeral_container_does_not_come_back(small) -> None:
    small.out('kubectl run web --image=nginx; kubectl wait --for=condition=Ready pod/web')
    shown = small.type('kubectl debug -it web --image=busybox -c look', 'exit')
    assert shown.endswith('Session ended, the ephemeral container will not be restarted but may be reattached using '
                          "'kubectl attach web -c look -n default -i -t' if it is still running\n")


def test_without_a_terminal_there_is_nothing_to_come_back_to(small) -> None:
    assert 'Session ended' not in small.out('echo hi | kubectl run -i box --image=busybox --restart=Never -- cat')


@pytest.mark.parametrize(('image', 'shell', 'prompt'), [
    ('mysql:8.0', 'bash', 'bash-5.1# '), ('mysql:5.7', 'bash', 'bash-4.2# '),
    ('rockylinux:9', 'bash', '[root@box /]# '),
    ('rockylinux:9', 'sh', 'sh-5.1# '), ('bash', 'bash', 'bash-5.2# '), ('bash', 'sh', '/ # '),
    ('debian', 'bash', 'root@box:/# '), ('debian', 'sh', '# ')])
def test_the_prompt_is_that_of_the_distribution(small, image, shell, prompt) -> None:
    shown = small.type(f'kubectl run -it box --image={image} --restart=Never --command -- {shell}', 'exit')
    assert f'try pressing enter.\n{prompt}' in shown
