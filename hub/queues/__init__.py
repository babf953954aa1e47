"""Numbers and their way through the hall: issue, call, recall, finish, no-show, give back, help.

Every function takes a ``Connection`` inside ``Store.write`` or ``Store.read``; time comes in as Unix milliseconds.
What may well happen comes back as a value (``Refused`` and friends), never as an exception.
"""
