"""Documents as people have them: tables, an index beside its corpus, folders of texts by class."""
