"""An export becomes a tagger: tables, features, decoding, `Tagger`, workers, clients of servers."""
