"""Pixels only: draws the newest view and turns touches into intents."""
