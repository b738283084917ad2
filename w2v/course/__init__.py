"""The course's own module names: a notebook changes its import lines and nothing else.

What the library has is taken from it; what is the course's alone stands here.  Nothing in the
library imports this package.
"""
