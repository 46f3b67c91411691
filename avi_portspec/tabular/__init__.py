"""Tables of flows: which columns there are, and which flows they show.

:mod:`~avi_portspec.tabular.columns` is the one list of columns, and
:mod:`~avi_portspec.tabular.filters` the one grammar of filters. The command
line, the Sphinx directives and the exporters take both from here.
"""
