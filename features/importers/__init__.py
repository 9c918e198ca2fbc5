"""Files of a platform in, tables of the warehouse out.

A *mapping* (``mapping.py``) says which column of which file becomes which column of which table; the platform's own
exports are mappings too (``formats/``), found by ``recognise``. The way of a file: ``sources`` reads it with line
numbers, ``tabulate`` turns its columns into the table's types, ``sift`` parts good rows from bad ones, ``reader``
gathers the tables, ``completing`` and ``enrolments`` fill in what exports leave to be understood, and ``importing``
marks the enrolments and commits everything at once. JSON documents are flattened into rows first and then go the same
way. ``docs/importing.md`` is the guide.
"""
