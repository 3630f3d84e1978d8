import pytest

from tutor.cluster.containers.references import parse
from tutor.cluster.containers.registry import PullError


def refusal(node, image: str) -> str:
    with pytest.raises(PullError) as caught:
        node.registry.find(parse(image))
    return caught.value.rpc


def test_a_repository_that_docker_hub_does_not_have_is_denied(node) -> None:
    name = 'docker.io/library/ngnix:latest'
    assert refusal(node, 'ngnix') == (
        f'rpc error: code = Unknown desc = failed to pull and unpack image "{name}": '
        f'failed to resolve reference "{name}": '
        'pull access denied, repository does not exist or may require authorization: server message: '
        'insufficient_scope: authorization failed'
    )


def test_a_tag_that_does_not_exist_is_not_found(node) -> None:
    name = 'docker.io/library/nginx:no-such-tag'
    assert refusal(node, 'nginx:no-such-tag') == (
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{name}": '
        f'failed to resolve reference "{name}": {name}: not found'
    )


def test_a_registry_that_no_name_server_knows_cannot_be_asked(node) -> None:
    assert 'lookup registry.example.com: no such host' in refusal(node, 'registry.example.com/app:1')


def test_a_cluster_file_says_which_images_there_are(make_node) -> None:
    node = make_node(allowed={'nginx': ['1.27']})
    assert node.registry.find(parse('nginx:1.27')).name == 'docker.io/library/nginx:1.27'
    for image in ('nginx', 'busybox'):
        assert refusal(node, image).endswith(': not found')


def test_images_have_the_programs_of_their_distribution(node) -> None:
    nginx, busybox = (node.registry.find(parse(name)).root for name in ('nginx', 'busybox'))
    assert nginx.exists('/bin/bash')
    assert nginx.exists('/usr/bin/curl')
    assert not nginx.exists('/usr/bin/wget')
    assert busybox.exists('/bin/wget')
    assert not busybox.exists('/bin/bash')


def test_one_userland_for_all_images(make_node) -> None:
    node = make_node(userland='busybox')
    nginx = node.registry.find(parse('nginx')).root
    assert nginx.exists('/bin/wget')
    assert not nginx.exists('/bin/bash')
    assert not node.registry.find(parse('registry.k8s.io/pause:3.10')).root.exists('/bin/sh')
    assert '/bin/nslookup' in node.registry.find(parse('busybox:1.28')).image.programs('1.28')
    assert not node.registry.find(parse('busybox:1.28')).own


def test_every_image_starts_something_that_exists(node) -> None:
    for reference in node.registry.references():
        manifest = node.registry.find(parse(reference))
        config = manifest.config
        argv = [*config.entrypoint, *config.command]
        if ('/distroless/' in reference or '/artifact:' in reference) and not argv:
            continue  # a base to build on: what runs is copied into it; or files for a volume
        assert argv, reference
        assert manifest.main(argv[0], config.environment['PATH'], []) is not None, reference


def test_a_manifest_of_schema_1_is_pulled_no_more(node) -> None:
    assert refusal(node, 'radial/busyboxplus:curl') == (
        'rpc error: code = Unimplemented desc = failed to pull and unpack image '
        '"docker.io/radial/busyboxplus:curl": not implemented: media type '
        '"application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1, '
        'please rebuild the image as "application/vnd.docker.distribution.manifest.v2+json" or '
        '"application/vnd.oci.image.manifest.v1+json"'
    )


@pytest.mark.parametrize(
    ('mirrored', 'original'),
    [
        ('k8s.gcr.io/e2e-test-images/agnhost:2.40', 'registry.k8s.io/e2e-test-images/agnhost:2.40'),
        ('gcr.io/google_containers/echoserver:1.4', 'registry.k8s.io/echoserver:1.4'),
        ('registry.aliyuncs.com/google_containers/coredns:v1.14.1', 'registry.k8s.io/coredns/coredns:v1.14.1'),
        ('docker.m.daocloud.io/library/nginx:1.27', 'nginx:1.27'),
        ('docker.m.daocloud.io/nginx:1.27', 'nginx:1.27'),
        ('m.daocloud.io/docker.io/library/busybox:1.36', 'busybox:1.36'),
        ('public.ecr.aws/docker/library/redis:7', 'redis:7'),
    ],
)
def test_a_mirror_gives_the_same_image_under_its_own_name(node, mirrored: str, original: str) -> None:
    found, same = (node.registry.find(parse(name)) for name in (mirrored, original))
    assert found.name == mirrored
    assert (found.digest, found.config) == (same.digest, same.config)
