"""What the API server speaks over HTTP, whatever carries it: media types, bodies in and out, warnings."""
