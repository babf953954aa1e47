"""The table of rights: what each role may do. Pages ask for a right, never for a role."""

from enum import StrEnum

from hub.store.enums import Role


class Right(StrEnum):
    """One thing a person of the staff may do."""

    CALL = "call"
    """Work at a counter: call, recall, finish, mark as no-show."""
    HELP = "help"
    """Acknowledge help calls of the town hall."""
    QUEUES = "queues"
    """Arrange queues and which services wait where."""
    CATALOGUE = "catalogue"
    """Accept or reject imports, go back to an earlier one, arrange the start screen."""
    COUNTERS = "counters"
    """Arrange counters."""
    TERMINALS = "terminals"
    """Create terminals, give and revoke their codes."""
    ORDERS = "orders"
    """See how terminals are, close and open them, have them start anew."""
    USERS = "users"
    """Create people, give roles, reset passwords."""
    SITE = "site"
    """Town, site, hours, base URL."""
    TRAIL = "trail"
    """See who changed what, and say how long that is kept."""
    OPERATION = "operation"
    """See what the hub bears, what it turned away, and its limits."""


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.CLERK: frozenset({Right.CALL, Right.HELP}),
    Role.SUPERVISOR: frozenset({Right.CALL, Right.HELP, Right.QUEUES, Right.COUNTERS, Right.ORDERS}),
    Role.CASH_OFFICE: frozenset({Right.CALL, Right.HELP}),
    Role.EDITOR: frozenset({Right.QUEUES, Right.CATALOGUE}),
    Role.TECHNICIAN: frozenset({Right.TERMINALS, Right.ORDERS, Right.OPERATION}),
    Role.ADMINISTRATOR: frozenset(Right),
}


def may(role: Role, right: Right) -> bool:
    """Whether people of this role have the right."""
    return right in RIGHTS[role]
