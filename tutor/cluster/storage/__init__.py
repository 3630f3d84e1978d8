"""etcd, as far as an API server can see it: revisions, compare-and-swap, watch from a revision, compaction."""

from tutor.cluster.storage.store import Change, Compacted, Conflict, Entry, Store, Unavailable

__all__ = ['Change', 'Compacted', 'Conflict', 'Entry', 'Store', 'Unavailable']
