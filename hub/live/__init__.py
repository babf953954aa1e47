"""What changes while somebody watches: the event feed, server-sent events, the rights of open streams."""
