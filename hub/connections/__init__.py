"""What a stranger may cost: limits of connections, heads and bodies, kept before anything of a request is believed."""
