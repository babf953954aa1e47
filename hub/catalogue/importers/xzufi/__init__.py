"""Import of XZuFi messages (XML), streamed."""
