"""The commands, in modules that are imported when a command is called.

:data:`avi_portspec.cli.program.SECTIONS` names the module of each command;
there, ``verify-source`` is ``verify_source_command``.
"""
