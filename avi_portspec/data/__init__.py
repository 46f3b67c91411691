"""The bundled editions: one TOML file each, and the schema of such a file.

A file is named ``<rank>-<id>.toml``. The rank orders the editions and
leaves room between them; the newest has the highest. To add an edition, add
its file: no code changes. ``facets.toml`` has the facets that editions share.
The modules here are made from both by the build.
"""
