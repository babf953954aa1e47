"""Languages: interface texts, numbers and dates, right-to-left lines, names in Latin script. See docs/languages.md."""
