"""The contribution to upstream YANN: a series of patches, what makes it, and what checks it."""
