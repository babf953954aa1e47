"""Where things stand: the zones of a panel, the dock and the rail that frame a page, and how a page fills its room."""
