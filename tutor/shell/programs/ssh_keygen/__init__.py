"""ssh-keygen: keys for SSH, as OpenSSH 9.2 writes them."""
