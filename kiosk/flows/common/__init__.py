"""What every flow needs: the frame of a page, guards, texts, keyboards, the time a page stays."""
