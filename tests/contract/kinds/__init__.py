"""The cases of each kind of device, a module for each: ``BENCHES``, by model."""
