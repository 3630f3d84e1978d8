import pytest

from tutor.cluster.containers.references import InvalidReference, parse


@pytest.mark.parametrize(
    ('text', 'canonical'),
    [
        ('nginx', 'docker.io/library/nginx:latest'),
        ('nginx:1.27', 'docker.io/library/nginx:1.27'),
        ('polinux/stress', 'docker.io/polinux/stress:latest'),
        ('registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'),
        ('localhost:5000/team/app:1', 'localhost:5000/team/app:1'),
        ('index.docker.io/library/nginx', 'docker.io/library/nginx:latest'),
        ('nginx:1.27@sha256:' + '0' * 64, 'docker.io/library/nginx@sha256:' + '0' * 64),
    ],
)
def test_a_reference_is_made_canonical(text: str, canonical: str) -> None:
    assert parse(text).canonical == canonical


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('NGINX', 'invalid reference format: repository name must be lowercase'),
        ('nginx:bad tag', 'invalid reference format'),
        ('', 'invalid reference format'),
        ('nginx:', 'invalid reference format'),
    ],
)
def test_what_is_no_reference_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidReference, match=words):
        parse(text)
