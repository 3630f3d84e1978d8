"""What etcdutl says of its commands (cobra's default help)."""

from __future__ import annotations

GLOBAL = '''
  -w, --write-out string   set the output format (fields, json, protobuf, simple, table) (default "simple")
'''
HELP = {
    '': f'''\
An administrative command line tool for etcd3.

Usage:
  etcdutl [command]

Available Commands:
  completion  Generate completion script
  defrag      Defragments the storage of the etcd
  hashkv      Prints the KV history hash of a given file
  help        Help about any command
  migrate     Migrates schema of etcd data dir files to make them compatible with different etcd version
  snapshot    Manages etcd node snapshots
  version     Prints the version of etcdutl

Flags:
  -h, --help               help for etcdutl{GLOBAL}
Use "etcdutl [command] --help" for more information about a command.
''',
    'snapshot': f'''\
Manages etcd node snapshots

Usage:
  etcdutl snapshot [command]

Available Commands:
  restore     Restores an etcd member snapshot to an etcd directory
  status      Gets backend snapshot status of a given file

Flags:
  -h, --help   help for snapshot

Global Flags:{GLOBAL}
Use "etcdutl snapshot [command] --help" for more information about a command.
''',
    'snapshot restore': f'''\
Restores an etcd member snapshot to an etcd directory

Usage:
  etcdutl snapshot restore <filename> --data-dir {{output dir}} [options] [flags]

Flags:
      --bump-revision uint                   How much to increase the latest revision after restore
      --data-dir string                      Path to the output data directory
  -h, --help                                 help for restore
      --initial-advertise-peer-urls string   List of this member's peer URLs to advertise to the rest of the cluster \
(default "http://localhost:2380")
      --initial-cluster string               Initial cluster configuration for restore bootstrap (default \
"default=http://localhost:2380")
      --initial-cluster-token string         Initial cluster token for the etcd cluster during restore bootstrap \
(default "etcd-cluster")
      --initial-memory-map-size uint         Initial memory map size of the database in bytes. It uses the default \
value if not defined or defined to 0 (default 10737418240)
      --mark-compacted                       Mark the latest revision after restore as the point of scheduled \
compaction (required if --bump-revision > 0, disallowed otherwise)
      --name string                          Human-readable name for this member (default "default")
      --skip-hash-check                      Ignore snapshot integrity hash value (required if copied from data \
directory)
      --wal-dir string                       Path to the WAL directory (use --data-dir if none given)

Global Flags:{GLOBAL}''',
    'snapshot status': f'''\
When --write-out is set to simple, this command prints out comma-separated status lists for each endpoint.
The items in the lists are hash, revision, total keys, total size.

Usage:
  etcdutl snapshot status <filename> [flags]

Flags:
  -h, --help   help for status

Global Flags:{GLOBAL}''',
    'version': f'''\
Prints the version of etcdutl

Usage:
  etcdutl version [flags]

Flags:
  -h, --help   help for version

Global Flags:{GLOBAL}''',
}
