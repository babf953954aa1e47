"""XZuFi 2.2 and 2.3, the German exchange format for services: a directory with ``index.txt``, or a single file."""
