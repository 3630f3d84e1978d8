"""Why an image cannot be had: no such tag, no such repository, not allowed, no answer, a name that is none."""

from __future__ import annotations

import re
from collections.abc import Callable

from tutor.course.words import Text
from tutor.session.why.explanation import LOOK, MEND, Answer, Suggestion, close
from tutor.session.why.state.cluster import Object, Scene
from tutor.session.why.state.owners import owner_of

REASONS = ('ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull')
KNOWN = ('nginx', 'httpd', 'busybox', 'alpine', 'redis', 'mysql', 'postgres', 'python', 'node', 'perl', 'memcached', 'curl',
         'debian', 'ubuntu')
UNREACHABLE = re.compile(r'dial tcp|i/o timeout|no such host|connection refused|TLS handshake|no route to host|'
                         r'503 Service Unavailable|deadline exceeded')


def image_trouble(pod: Object, status: Object, scene: Scene) -> Answer:
    """By what the kubelet was told when it pulled."""
    waiting = status['state']['waiting']
    name, container = pod['metadata']['name'], status['name']
    image = next((each.get('image', '') for field in ('containers', 'initContainers')
                  for each in pod['spec'].get(field) or () if each['name'] == container), '')
    said = scene.said(pod, 'Failed', 'InspectFailed') if 'pull' not in waiting.get('message', '') else waiting['message']
    said = next((text for text in (waiting.get('message', ''), said) if 'failed to' in text or 'denied' in text), said)
    look = [Suggestion(LOOK, f'kubectl describe pod {name}{scene.flag}')]
    if waiting['reason'] == 'InvalidImageName':
        return Text(zh=f'`{image}` 不是合法的镜像名：只有小写字母，标签前面是一个冒号。',
                    en=f'`{image}` is no valid image name: lower case only, and one colon before the tag.'), look
    if waiting['reason'] == 'ErrImageNeverPull':
        return Text(zh=f'`imagePullPolicy: Never` 不许拉取，而节点上没有 `{image}`。',
                    en=f'`imagePullPolicy: Never` forbids pulling, and the node does not have `{image}`.'), look
    mend = _set_image(pod, container, scene)
    if UNREACHABLE.search(said):
        host = re.search(r'https?://([^/\s"]+)', said)
        where = host[1] if host else image.partition('/')[0]
        return Text(zh=f'联系不上镜像仓库 `{where}`：域名不对，或者仓库停了、节点上不了网。名字里第一个 `/` 前面的就是仓库。',
                    en=f'The registry `{where}` cannot be reached: its name is wrong, it is down, or the node has no way '
                       'there. What stands before the first `/` of the name is the registry.'), look
    if 'not found' in said or 'manifest unknown' in said:
        repository, _, tag = image.rpartition(':')
        return Text(zh=f'仓库里有 `{repository or image}`，但没有标签 `{tag if repository else "latest"}`。换一个存在的标签。',
                    en=f'`{repository or image}` exists, but its tag `{tag if repository else "latest"}` does not. Take a tag that '
                       'exists.'), [*mend(f'{repository or image}'), *look]
    if re.search(r'40[13]|no basic auth|authentication required', said) or _private(image, said):
        return Text(zh=f'仓库要登录才给 `{image}`。用 `docker-registry` 类型的 Secret 存凭据，在 Pod 的 `imagePullSecrets` 里引用它。',
                    en=f'The registry gives `{image}` only to those who log in. Keep the credentials in a `docker-registry` '
                       'Secret and name it in `imagePullSecrets` of the Pod.'), [
                           *look, Suggestion(LOOK, f'kubectl get secrets{scene.flag}')]
    bare = image.rpartition('/')[2].partition(':')[0]
    likely = close(bare, list(KNOWN))
    hint_zh, hint_en = (f'多半要的是 `{likely}`。', f'`{likely}` is close.') if likely and likely != bare else (
        '检查拼写；如果它是私有的，需要 `imagePullSecrets`。', 'Check the spelling; a private one needs `imagePullSecrets`.')
    return Text(zh=f'没有叫 `{image}` 的镜像（或者它是私有的）。{hint_zh}',
                en=f'There is no image `{image}`, or it is private. {hint_en}'), [
                    *(mend(likely) if likely and likely != bare else ()), *look]


def _private(image: str, said: str) -> bool:
    host = image.partition('/')[0]
    return 'denied' in said and '.' in host and '/' in image


def _set_image(pod: Object, container: str, scene: Scene) -> Callable[[str], list[Suggestion]]:
    """The command that gives the container another image, on whatever owns the Pod."""
    kind, name = owner_of(pod, scene)

    def command(image: str) -> list[Suggestion]:
        return [Suggestion(MEND, f'kubectl set image {kind}/{name} {container}={image}{scene.flag}')]
    return command
