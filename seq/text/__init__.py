"""Character models: vocabulary, measures, and generation."""
