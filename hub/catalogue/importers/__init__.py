"""Sources of a catalogue -> a draft: XZuFi, DLDB, an editor's own folder."""
