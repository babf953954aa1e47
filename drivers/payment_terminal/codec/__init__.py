"""ZVT's bytes: frames, messages, fields and tags, character sets. Sans-io; card data is masked where messages leave."""
