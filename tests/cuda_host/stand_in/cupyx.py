"""The one function of cupyx that the GPU backend calls."""

from numpy import add

scatter_add = add.at
