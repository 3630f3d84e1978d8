"""tcpdump: shows how connections begin and end; what they carry is not simulated as packets."""
