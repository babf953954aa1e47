"""Import of a folder of TOML files that an editor wrote."""
