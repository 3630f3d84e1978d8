kubectl label node node02 disk=ssd
