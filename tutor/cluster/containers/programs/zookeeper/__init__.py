"""ZooKeeper: an ensemble that elects its leader, the tree of what it stores, and zkCli.sh."""
