"""One request pipeline: route → authenticate → authorize → mutate → default → validate → admit → store.

Discovery, OpenAPI, watch and subresources stand beside it. `server.ApiServer` is the Transport in process.
"""
