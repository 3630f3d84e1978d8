"""Programs that people look for and that are not simulated: each says so, and what to use instead."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.shell.process import IO, Context
from tutor.shell.speech import Said, complain

_PACKAGES = Said(zh='这里不能安装软件包；`help` 列出有哪些命令',
                 en='no packages can be installed here; `help` lists what there is')
_TERMINALS = Said(zh='要同时做两件事，在命令后面加 `&`，用 `jobs` 和 `fg` 管理',
                  en='to do two things at once put `&` after a command, and use `jobs` and `fg`')
_PYTHON = Said(zh='这台机器上没有 Python；容器里可以有：`kubectl run py -it --rm --image=python -- python`',
               en='this machine has no Python; a container may: `kubectl run py -it --rm --image=python -- python`')
_CLUSTER = Said(zh='集群已经在运行', en='a cluster runs already')

ABSENT: Mapping[str, Said] = {
    **dict.fromkeys(('brew', 'dnf', 'pip', 'snap', 'yum'), _PACKAGES),
    **dict.fromkeys(('screen', 'tmux'), _TERMINALS),
    **dict.fromkeys(('python', 'python3'), _PYTHON),
    **dict.fromkeys(('kind', 'minikube'), _CLUSTER),
    'git': Said(zh='这里没有 Git，也没有互联网；文件用 `cat`、`vi` 来写',
                en='there is no Git and no internet here; files are written with `cat` and `vi`'),
    'helm': Said(zh='Helm 不在这个课程里；用清单和 `kubectl apply -k`（kustomize）',
                 en='Helm is not part of this course; manifests and `kubectl apply -k` (kustomize) are'),
    'k9s': Said(zh='屏幕旁边的面板就是看集群用的；命令用 kubectl',
                en="the panel beside the terminal shows the cluster; commands are kubectl's"),
    **dict.fromkeys(('nerdctl', 'podman'), Said(
        zh='这里用 `docker` 构建和运行镜像；节点上的容器用 `crictl` 查看',
        en='images are built and run with `docker` here; `crictl` shows the containers of a node')),
    'kustomize': Said(zh='它在 kubectl 里：`kubectl kustomize`、`kubectl apply -k`',
                      en='it is in kubectl: `kubectl kustomize`, `kubectl apply -k`'),
}
"""Those that such a machine would have are in the catalogue and say so when they run; of the others the shell says that
there is no such command."""


NOT_HERE = Said(zh='这里没有', en='Not here')


def not_here(name: str) -> Said:
    """That a program is not here, and what is."""
    instead = ABSENT[name]
    return Said(zh=f'这里没有：{instead.zh}', en=f'not here: {instead.en}')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """Say that a program is not simulated."""
    name = argv[0].rpartition('/')[2]
    instead = ABSENT[name]
    return complain(name, Said(zh=f'这里没有模拟：{instead.zh}', en=f'not simulated here: {instead.en}'), io, ctx)
