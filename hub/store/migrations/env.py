"""What alembic runs: the steps on the connection that ``hub.store.migrate`` (or a test) hands over."""

from alembic import context

from hub.store.tables import metadata


def run() -> None:
    """Run the steps, each in its own transaction (ours begins before any DDL, so SQLite undoes DDL too)."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        transaction_per_migration=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
