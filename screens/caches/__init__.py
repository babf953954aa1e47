"""What of the drawn pages is kept, and how long: pages, lines of text, grounds. Each is bounded and says by what."""
