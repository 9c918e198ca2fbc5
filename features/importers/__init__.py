"""Files of a platform in, tables of the warehouse out.

A *mapping* (``mapping.py``) says which column of which file becomes which column of which table; the platform's own
exports are mappings too (``mappings/igot.toml``). The way of a file: ``sources`` reads it with line numbers,
``tabulate`` turns its columns into the table's types, ``sift`` parts good rows from bad ones, ``run`` does this in
the mapping's order and joins the results. JSON documents are flattened into rows first and then go the same way.
"""
