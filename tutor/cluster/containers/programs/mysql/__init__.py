"""MySQL: its entry point, a server with a small SQL engine and with replication, its clients, and XtraBackup."""
