"""How the site is made of the Markdown pages and the docstrings: `make docs`.

The source folder is the repository itself, so that links between the README, these pages and the
benchmarks' results are the same on the site as in a clone.
"""

import w2v

project = "w2v"
author = "the authors of w2v"
version = release = w2v.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
include_patterns = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/**", "benchmarks/**.md"]
exclude_patterns = [".*", "**/quick", "build", "dist", "site", "tests", "w2v"]
root_doc = "docs/index"

# Every link within the site and every cross reference of a docstring must lead somewhere.
nitpicky = True
myst_heading_anchors = 4

autodoc_typehints = "none"  # the docstrings say it
autodoc_member_order = "groupwise"
autodoc_default_options = {"members": True, "inherited-members": "Exception,object"}
numpydoc_show_class_members = False

html_theme = "furo"
html_title = f"w2v {version}"
html_copy_source = False
html_additional_pages = {"index": "to-the-front.html"}
templates_path = ["templates"]
