"""The HTTP face of the API server: TLS, credentials, content types, streams, and a kubeconfig for real clients.

Only here is the wall clock read: `wallclock` pumps the simulation with it. All of it runs in one asyncio thread.
"""
