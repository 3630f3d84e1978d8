"""sed: a script is parsed into commands, which run on the pattern space line by line."""
