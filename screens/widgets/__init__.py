"""One drawing function per kind of thing on the screen: it takes the kit and returns a piece."""
