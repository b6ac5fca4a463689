# These modules are a program: neither tests nor doctests are to be found in them.
collect_ignore_glob = ["*.py"]
