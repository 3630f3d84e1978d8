"""How kubeadm ends when something is wrong."""

from __future__ import annotations


class KubeadmError(Exception):
    """What ends a command; printed after 'error: '."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


def not_simulated(what: str, instead: str = '') -> KubeadmError:
    """The refusal of something that the real kubeadm does and this one does not."""
    return KubeadmError(f'{what} is not simulated{f": {instead}" if instead else ""}')
