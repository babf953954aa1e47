"""Who asks the API: keys of terminals, one-time tokens, limits on tries."""
