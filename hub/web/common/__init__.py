"""What every page needs: rendering, forms, texts, sign-in checks, error pages."""
