"""etcd as an API server sees it: revisions, compare-and-swap, ranges, watches, compaction."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.cluster.storage import Compacted, Conflict, Store


def test_each_write_is_a_revision_of_the_whole_store() -> None:
    store = Store()
    first = store.put('/registry/pods/default/a', 1)
    second = store.put('/registry/services/specs/default/b', 2)
    again = store.put('/registry/pods/default/a', 3)
    assert (second.mod_revision, again.mod_revision) == (first.mod_revision + 1, first.mod_revision + 2)
    assert (again.create_revision, again.version) == (first.create_revision, 2)


def test_a_compare_and_swap_needs_the_revision_that_is_there() -> None:
    store = Store()
    entry = store.put('/registry/pods/default/a', 1, expect=0)
    with pytest.raises(Conflict):
        store.put('/registry/pods/default/a', 2, expect=0)
    store.put('/registry/pods/default/a', 2, expect=entry.mod_revision)
    with pytest.raises(Conflict):
        store.delete('/registry/pods/default/a', expect=entry.mod_revision)


def test_a_range_is_in_order_of_keys_and_stays_in_its_namespace() -> None:
    store = Store()
    for key in ('b/x', 'a/z', 'a/a', 'ab/c'):
        store.put(f'/registry/pods/{key}', key)
    assert [entry.value for entry in store.range('/registry/pods/')] == ['a/a', 'a/z', 'ab/c', 'b/x']
    assert [entry.value for entry in store.range('/registry/pods/a/')] == ['a/a', 'a/z']
    assert store.count('/registry/pods/a/') == 2


def test_listeners_hear_the_changes_of_their_bucket_alone() -> None:
    store, heard = Store(), []
    stop = store.listen('/registry/pods/', lambda change: heard.append((change.key, change.entry is None)))
    store.put('/registry/pods/default/a', 1)
    store.put('/registry/configmaps/default/a', 1)
    store.delete('/registry/pods/default/a')
    stop()
    store.put('/registry/pods/default/b', 1)
    assert heard == [('/registry/pods/default/a', False), ('/registry/pods/default/a', True)]


def test_the_past_can_be_watched_until_it_is_compacted() -> None:
    store = Store()
    start = store.revision
    for number in range(3):
        store.put('/registry/pods/default/a', number)
    changes = store.changes_since('/registry/pods/', start + 1)
    assert [change.entry.value for change in changes if change.entry] == [1, 2]
    store.compact(start + 2)
    with pytest.raises(Compacted):
        store.changes_since('/registry/pods/', start)


def test_a_snapshot_brings_everything_back() -> None:
    store = Store()
    store.put('/registry/pods/default/a', 1)
    saved = store.snapshot()
    store.put('/registry/pods/default/a', 2)
    store.put('/registry/pods/default/b', 3)
    store.restore(saved)
    assert [entry.value for entry in store.range('/registry/pods/')] == [1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from('abc'), st.sampled_from(['put', 'delete'])), max_size=30))
def test_replaying_the_changes_gives_the_same_state(steps: list[tuple[str, str]]) -> None:
    store, start = Store(), Store().revision
    for number, (name, act) in enumerate(steps):
        if act == 'put':
            store.put(f'/registry/pods/default/{name}', number)
        else:
            store.delete(f'/registry/pods/default/{name}')
    state: dict[str, int] = {}
    for change in store.changes_since('/registry/pods/', start):
        if change.entry is None:
            del state[change.key]
        else:
            state[change.key] = change.entry.value
    assert state == {entry.key: entry.value for entry in store.range('/registry/pods/')}
