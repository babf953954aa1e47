"""The town hall's server: numbers, queues, desk, board, catalogue and the fleet of terminals."""
