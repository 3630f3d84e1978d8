"""What FailedScheduling says (framework.FitError)."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.scheduler.framework import Rejection


def fit_error(nodes: int, failed: Mapping[str, Rejection], absent: Rejection | None = None,
              pre_filter: str = '', post_filter: str = '') -> str:
    """FitError.Error: how many nodes were refused for which reason; `absent` holds for nodes not in `failed`."""
    text = f'0/{nodes} nodes are available:'
    if pre_filter:
        text += f' {pre_filter}.'
    else:
        reasons = _counted(nodes, failed, absent)
        if reasons:
            text += f' {", ".join(reasons)}.'
    return f'{text} {post_filter}' if post_filter else text


def _counted(nodes: int, failed: Mapping[str, Rejection], absent: Rejection | None) -> list[str]:
    counts: dict[str, int] = {}
    for rejection in failed.values():
        for reason in rejection.reasons:
            counts[reason] = counts.get(reason, 0) + 1
    if absent is not None and len(failed) < nodes:
        for reason in absent.reasons:
            counts[reason] = counts.get(reason, 0) + nodes - len(failed)
    return sorted(f'{count} {reason}' for reason, count in counts.items())
