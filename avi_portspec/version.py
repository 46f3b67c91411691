"""The two versions: the package's, and its data's.

Outputs carry the data's version, so that a change of code alone alters no
auditor's evidence (tzdata and its releases keep the two apart likewise).
"""

__version__ = "0.1.0"

#: The version of the bundled editions, as ``YEAR.NUMBER``: it changes when
#: an edition's data changes, and for nothing else.
DATA_VERSION = "2026.1"
