"""A catalogue comes into force: publish, sign, snapshots, what the manifest says to terminals."""
