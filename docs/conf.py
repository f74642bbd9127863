"""Sphinx configuration."""

import skmlbio

project = "skmlbio"
author = "the skmlbio developers"
copyright = f"2026, {author}"
release = skmlbio.__version__

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.mathjax"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 2
numpydoc_show_class_members = False  # the class template lists them
autodoc_typehints = "none"  # the texts name them
templates_path = ["_templates"]

html_theme = "furo"
html_title = f"skmlbio {release}"


def skip_what_others_document(app, what, name, obj, skip, options):
    """Leave out what is inherited from scikit-learn or Keras: the texts link into their own documentation."""
    module = getattr(getattr(obj, "fget", obj), "__module__", None) or ""
    return True if module.startswith(("sklearn.", "keras.")) else None


def setup(app):
    app.connect("autodoc-skip-member", skip_what_others_document)
