"""The cluster's network: addresses, virtual TCP and UDP, the service proxy, names (DNS), and where policy cuts in."""
