"""Go's sort.Sort, which is not stable: equal items come out in the order that its algorithm leaves them in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar('T')
Less = Callable[[T, T], bool]

INSERTION = 12
"""Up to so many items are sorted by insertion."""


def go_sort(items: Sequence[T], less: Less[T]) -> list[T]:
    """sort.Sort: pattern-defeating quicksort, step by step as the standard library does it."""
    data = list(items)
    _pdq(data, less, 0, len(data), len(data).bit_length())
    return data


def _insertion(data: list[T], less: Less[T], a: int, b: int) -> None:
    for i in range(a + 1, b):
        j = i
        while j > a and less(data[j], data[j - 1]):
            data[j], data[j - 1] = data[j - 1], data[j]
            j -= 1


def _sift_down(data: list[T], less: Less[T], low: int, high: int, first: int) -> None:
    root = low
    while (child := 2 * root + 1) < high:
        if child + 1 < high and less(data[first + child], data[first + child + 1]):
            child += 1
        if not less(data[first + root], data[first + child]):
            return
        data[first + root], data[first + child] = data[first + child], data[first + root]
        root = child


def _heap(data: list[T], less: Less[T], a: int, b: int) -> None:
    high = b - a
    for i in range((high - 1) // 2, -1, -1):
        _sift_down(data, less, i, high, a)
    for i in range(high - 1, -1, -1):
        data[a], data[a + i] = data[a + i], data[a]
        _sift_down(data, less, 0, i, a)


def _pdq(data: list[T], less: Less[T], a: int, b: int, limit: int) -> None:
    balanced = partitioned = True
    while True:
        length = b - a
        if length <= INSERTION:
            _insertion(data, less, a, b)
            return
        if limit == 0:
            _heap(data, less, a, b)
            return
        if not balanced:
            _break_patterns(data, a, b)
            limit -= 1
        pivot, hint = _choose_pivot(data, less, a, b)
        if hint == 'decreasing':
            data[a:b] = data[a:b][::-1]
            pivot = (b - 1) - (pivot - a)
            hint = 'increasing'
        if balanced and partitioned and hint == 'increasing' and _partial_insertion(data, less, a, b):
            return
        if a > 0 and not less(data[a - 1], data[pivot]):
            a = _partition_equal(data, less, a, b, pivot)
            continue
        middle, partitioned = _partition(data, less, a, b, pivot)
        left, right = middle - a, b - middle
        threshold = length // 8
        if left < right:
            balanced = left >= threshold
            _pdq(data, less, a, middle, limit)
            a = middle + 1
        else:
            balanced = right >= threshold
            _pdq(data, less, middle + 1, b, limit)
            b = middle


def _partition(data: list[T], less: Less[T], a: int, b: int, pivot: int) -> tuple[int, bool]:
    data[a], data[pivot] = data[pivot], data[a]
    i, j = a + 1, b - 1
    while i <= j and less(data[i], data[a]):
        i += 1
    while i <= j and not less(data[j], data[a]):
        j -= 1
    if i > j:
        data[j], data[a] = data[a], data[j]
        return j, True
    data[i], data[j] = data[j], data[i]
    i, j = i + 1, j - 1
    while True:
        while i <= j and less(data[i], data[a]):
            i += 1
        while i <= j and not less(data[j], data[a]):
            j -= 1
        if i > j:
            break
        data[i], data[j] = data[j], data[i]
        i, j = i + 1, j - 1
    data[j], data[a] = data[a], data[j]
    return j, False


def _partition_equal(data: list[T], less: Less[T], a: int, b: int, pivot: int) -> int:
    data[a], data[pivot] = data[pivot], data[a]
    i, j = a + 1, b - 1
    while True:
        while i <= j and not less(data[a], data[i]):
            i += 1
        while i <= j and less(data[a], data[j]):
            j -= 1
        if i > j:
            return i
        data[i], data[j] = data[j], data[i]
        i, j = i + 1, j - 1


def _partial_insertion(data: list[T], less: Less[T], a: int, b: int) -> bool:
    i = a + 1
    for _ in range(5):
        while i < b and not less(data[i], data[i - 1]):
            i += 1
        if i == b:
            return True
        if b - a < 50:
            return False
        data[i], data[i - 1] = data[i - 1], data[i]
        if i - a >= 2:
            for j in range(i - 1, 0, -1):
                if not less(data[j], data[j - 1]):
                    break
                data[j], data[j - 1] = data[j - 1], data[j]
        if b - i >= 2:
            for j in range(i + 1, b):
                if not less(data[j], data[j - 1]):
                    break
                data[j], data[j - 1] = data[j - 1], data[j]
    return False


def _break_patterns(data: list[T], a: int, b: int) -> None:
    length = b - a
    if length < 8:
        return
    seed = length
    modulus = 1 << length.bit_length()
    middle = a + (length // 4) * 2
    for i in (-1, 0, 1):
        seed = _xorshift(seed)
        other = seed & (modulus - 1)
        if other >= length:
            other -= length
        data[middle + i], data[a + other] = data[a + other], data[middle + i]


def _xorshift(seed: int) -> int:
    seed ^= (seed << 13) & 0xFFFFFFFFFFFFFFFF
    seed ^= seed >> 17
    return seed ^ ((seed << 5) & 0xFFFFFFFFFFFFFFFF)


def _choose_pivot(data: list[T], less: Less[T], a: int, b: int) -> tuple[int, str]:
    length = b - a
    swaps = [0]
    i, j, k = a + length // 4, a + length // 4 * 2, a + length // 4 * 3
    if length >= 8:
        if length >= 50:
            i = _median(data, less, i - 1, i, i + 1, swaps)
            j = _median(data, less, j - 1, j, j + 1, swaps)
            k = _median(data, less, k - 1, k, k + 1, swaps)
        j = _median(data, less, i, j, k, swaps)
    if swaps[0] == 0:
        return j, 'increasing'
    return (j, 'decreasing') if swaps[0] == 12 else (j, 'unknown')


def _median(data: list[T], less: Less[T], a: int, b: int, c: int, swaps: list[int]) -> int:
    a, b = _order(data, less, a, b, swaps)
    b, c = _order(data, less, b, c, swaps)
    a, b = _order(data, less, a, b, swaps)
    return b


def _order(data: list[T], less: Less[T], a: int, b: int, swaps: list[int]) -> tuple[int, int]:
    if less(data[b], data[a]):
        swaps[0] += 1
        return b, a
    return a, b
