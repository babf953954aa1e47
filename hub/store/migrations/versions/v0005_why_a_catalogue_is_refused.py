"""What a terminal says about a catalogue that it does not take."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Do the step."""
    op.execute("ALTER TABLE terminal_status ADD COLUMN catalogue_fault TEXT DEFAULT '' NOT NULL")
