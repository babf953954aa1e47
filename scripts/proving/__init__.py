"""How ``scripts/test`` proves the product: steps, groups, what a change reaches, runs beside load."""
