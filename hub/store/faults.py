"""What the store says when it cannot go on."""


class StoreRefused(Exception):
    """The store will not be opened; the text says why and what to do."""


class StoreFailed(Exception):
    """A commit failed: nothing of its group was kept, and nothing is written until the hub is started again.

    After a failed fsync the kernel may have dropped the pages, so trying again would lie (PostgreSQL stops here too).
    """
