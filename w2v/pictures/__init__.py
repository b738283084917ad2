"""Pictures: loss curves, word maps and the page to explore vectors with.

matplotlib is imported in this room alone, and only when a picture is asked for.  Pictures are
black on white, told apart by form rather than by colour.
"""

from w2v.pictures.matplotlib_folder import give_folder

give_folder()
