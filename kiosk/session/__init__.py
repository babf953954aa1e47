"""The session machine: states, a table of rows, a pure step. It knows no flow; flows contribute the rows."""
