"""The town's face: colour, arms and picture, brought by the staff, made fit for terminals, kept in the catalogue."""
