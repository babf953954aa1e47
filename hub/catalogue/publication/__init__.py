"""A catalogue comes into force: publish, sign, snapshots, what terminals are told."""
