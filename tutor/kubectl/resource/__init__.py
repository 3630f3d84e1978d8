"""Which objects a command line means: the Builder, its sources, and the Infos that come out of them."""
