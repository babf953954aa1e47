"""How our columns and guards are written."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKeyConstraint, Integer, MetaData, Text

from hub.store.enums import sql_list

MILLISECONDS = BigInteger().with_variant(Integer(), "sqlite")
"""The type of every time and span, in ms: a Unix time in ms needs 41 bits, and an INTEGER has 32 but in SQLite."""
metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s"})


def ident(name: str, *, optional: bool = False) -> Column[str]:
    """An id: a UUID or a short name given by people."""
    return Column(name, Text, nullable=optional)


def words(name: str, default: str | None = None) -> Column[str]:
    """A text that is never NULL."""
    return Column(name, Text, nullable=False, server_default=default)


def number(name: str, default: int | None = None) -> Column[int]:
    """A whole number that is never NULL."""
    return Column(name, Integer, nullable=False, server_default=None if default is None else str(default))


def moment(name: str, default: int | None = None) -> Column[int]:
    """A time: Unix milliseconds in UTC; or a span in milliseconds."""
    return Column(name, MILLISECONDS, nullable=False, server_default=None if default is None else str(default))


def maybe_moment(name: str) -> Column[int]:
    """A time that may not have come yet, or a span that may be unknown."""
    return Column(name, MILLISECONDS, nullable=True)


def belongs(to: str, *columns: str) -> ForeignKeyConstraint:
    """A row of the same site: ``columns`` are ours, the other side is (site_id, id)."""
    return ForeignKeyConstraint(["site_id", *columns], [f"{to}.site_id", f"{to}.id"])


def of_site() -> ForeignKeyConstraint:
    """The row belongs to a site that exists."""
    return ForeignKeyConstraint(["site_id"], ["site.id"])


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """Only these words are allowed."""
    return CheckConstraint(f"{column} IN {sql_list(values)}", name=f"{column}_known")


def known_words(name: str, values: tuple[str, ...], default: str) -> Column[str]:
    """A text with its guard in the column itself, so that a later step can add it to a table without a copy of it."""
    return Column(name, Text, CheckConstraint(f"{name} IN {sql_list(values)}"), nullable=False, server_default=default)


def json_words(name: str, default: str) -> Column[str]:
    """A JSON text, guarded in the column itself."""
    return Column(name, Text, CheckConstraint(f"json_valid({name})"), nullable=False, server_default=default)
