"""Floor 2: explicit and implicit labels (显式标识, 隐式标识) on files. No web, no database: usable alone.

Three things can be done with a label here: it is written, it is read, it is replaced by a better one.
There is no function that takes a label away (Art. 18: nobody may delete, tamper with or hide labels).
"""
