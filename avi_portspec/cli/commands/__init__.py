"""The commands: one module each, imported when it is run.

A command is the attribute ``command`` of the module that has its name; its
name stands in :data:`avi_portspec.cli.program.SECTIONS`.
"""
