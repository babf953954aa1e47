"""The catalogue in the database: records, versions, state, tiles, routes and the checks of an import."""
