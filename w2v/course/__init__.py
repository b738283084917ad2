"""The course's own module names: a notebook changes its import lines and nothing else.

What the library has is taken from it; what is the course's alone stands here.  Nothing in the
library imports this package.
"""

from w2v.backend import set_default_backend

# As in the course, the GPU is used once `config.GPU = True` says so: a notebook that took NumPy for
# its ``np`` must not find its models elsewhere.
set_default_backend("cpu", keep=True)
