"""What several formats of documents share: JSON, XML, tables, words with tags, standoff, BioC."""
