kubectl label node node01 disk=ssd
