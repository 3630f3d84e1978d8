"""Package managers: what they install are programs that are simulated anyway; the rest they say they cannot."""
