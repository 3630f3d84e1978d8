"""How fast an autoscaler may scale: stabilization and policies (pkg/controller/podautoscaler/horizontal.go)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from tutor.apimachinery.objects import Object

STABILIZATION_WINDOW = 300
"""--horizontal-pod-autoscaler-downscale-stabilization."""

_READY = ('ReadyForNewScale', 'recommended size matches current size')
_UP = ('ScaleUpStabilized',
       'recent recommendations were lower than current one, applying the lowest recent recommendation')
_DOWN = ('ScaleDownStabilized',
         'recent recommendations were higher than current one, applying the highest recent recommendation')
_WITHIN = ('DesiredWithinRange', 'the desired count is within the acceptable range')
_TOO_MANY = ('TooManyReplicas', 'the desired replica count is more than the maximum replica count')
_TOO_FEW = ('TooFewReplicas', 'the desired replica count is less than the minimum replica count')
_TOO_FAST_UP = ('ScaleUpLimit', 'the desired replica count is increasing faster than the maximum scale rate')
_TOO_FAST_DOWN = ('ScaleDownLimit', 'the desired replica count is decreasing faster than the maximum scale rate')

Words = tuple[str, str]
"""A condition's reason and message."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The number that is allowed now, whether that is not the one asked for, and the words of AbleToScale and
    ScalingLimited."""

    replicas: int
    able: Words
    limited: bool
    why: Words


class Behavior:
    """What was recommended and done for one autoscaler in the last while."""

    def __init__(self, current: int, now: float, downscale_window: int = STABILIZATION_WINDOW) -> None:
        """recordInitialRecommendation: what there is counts as recommended."""
        self._downscale_window = downscale_window
        self._recommended: list[tuple[float, int]] = [(now, current)]
        self._done: list[tuple[float, int]] = []

    def scaled(self, spec: Object, before: int, after: int, now: float) -> None:
        """storeScaleEvent: nobody asks for it where there is no behavior."""
        if spec.get('behavior') is not None:
            self._done.append((now, after - before))

    def limited(self, spec: Object, current: int, wanted: int, now: float) -> Limit:
        """normalizeDesiredReplicas, normalizeDesiredReplicasWithBehaviors."""
        behavior = spec.get('behavior')
        if behavior is None:
            stable = max([wanted, *self._since(now, self._downscale_window)])
            held = _DOWN
            replicas, why = _within(current, stable, spec.get('minReplicas', 1), spec['maxReplicas'])
        else:
            up, down = behavior['scaleUp'], behavior['scaleDown']
            stable = self._stabilized(current, wanted, up, down, now)
            held = _UP if wanted >= current else _DOWN
            replicas, why = self._by_rate(spec, current, stable, up, down, now)
        self._recommend(wanted, behavior, now)
        return Limit(replicas, _READY if stable == wanted else held, replicas != stable, why)

    def _since(self, now: float, window: float) -> list[int]:
        return [count for at, count in self._recommended if now - at < window]

    def _recommend(self, wanted: int, behavior: Object | None, now: float) -> None:
        longest = self._downscale_window if behavior is None else max(self._window(behavior['scaleUp']),
                                                                    self._window(behavior['scaleDown']))
        self._recommended = [*(entry for entry in self._recommended if now - entry[0] < longest), (now, wanted)]

    def _stabilized(self, current: int, wanted: int, up: Object, down: Object, now: float) -> int:
        """stabilizeRecommendationWithBehaviors: the recent recommendation that changes least."""
        least = min([wanted, *self._since(now, self._window(up))])
        most = max([wanted, *self._since(now, self._window(down))])
        return min(max(current, least), most)

    def _by_rate(self, spec: Object, current: int, wanted: int, up: Object, down: Object,
                 now: float) -> tuple[int, Words]:
        """convertDesiredReplicasWithBehaviorRate."""
        if wanted > current:
            rate, most = max(self._allowed(up, current, 1, now), current), spec['maxReplicas']
            if wanted > min(rate, most):
                return min(rate, most), _TOO_FAST_UP if most > rate else _TOO_MANY
        elif wanted < current:
            rate, least = min(self._allowed(down, current, -1, now), current), spec.get('minReplicas', 1)
            if wanted < max(rate, least):
                return max(rate, least), _TOO_FAST_DOWN if least < rate else _TOO_FEW
        return wanted, _WITHIN

    def _window(self, rules: Object) -> int:
        return rules.get('stabilizationWindowSeconds', self._downscale_window)

    def _allowed(self, rules: Object, current: int, sign: int, now: float) -> int:
        """calculateScaleUpLimitWithScalingRules, calculateScaleDownLimitWithBehaviors."""
        if rules['selectPolicy'] == 'Disabled':
            return current
        found: list[int] = []
        for policy in rules['policies']:
            changed = sum(change for at, change in self._done if now - at < policy['periodSeconds'])
            found.append(_by_policy(policy, current - changed, sign))
        pick: Any = min if (rules['selectPolicy'] == 'Min') == (sign > 0) else max
        return pick(found)


def _within(current: int, wanted: int, least: int, most: int) -> tuple[int, Words]:
    """convertDesiredReplicasWithRules: without a behavior, twice as many at once, or four."""
    rate = max(2 * current, 4)
    if wanted < least:
        return least, _TOO_FEW
    if wanted > min(rate, most):
        return min(rate, most), _TOO_FAST_UP if most > rate else _TOO_MANY
    return wanted, _WITHIN


def _by_policy(policy: Object, start: int, sign: int) -> int:
    if policy['type'] == 'Pods':
        return start + sign * policy['value']
    if sign > 0:
        return math.ceil(start * (1 + policy['value'] / 100))
    return int(start * (1 - policy['value'] / 100))
