"""What we use of pysqlite3, which has no types: it is the standard library's module with a newer SQLite inside."""

from sqlite3 import Connection as Connection
from sqlite3 import Error as Error
from sqlite3 import IntegrityError as IntegrityError
from sqlite3 import connect as connect
from sqlite3 import sqlite_version_info as sqlite_version_info
