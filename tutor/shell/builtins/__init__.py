"""Commands that are part of the shell, because they change it: `async def NAME(argv, io, shell) -> int`."""
