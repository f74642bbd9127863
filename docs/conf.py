"""Sphinx configuration."""

import skmlbio

project = "skmlbio"
author = "the skmlbio developers"
copyright = f"2026, {author}"
release = skmlbio.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "lecture/*.ipynb", "lecture/*.py", "lecture/*.zip"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 2
numpydoc_show_class_members = False  # the class template lists them
autodoc_typehints = "none"  # the texts name them
templates_path = ["_templates"]

sphinx_gallery_conf = {
    "examples_dirs": ["../examples/lecture"],
    "gallery_dirs": ["lecture"],
    "within_subsection_order": "FileNameSortKey",
    "matplotlib_animations": True,
    "doc_module": ("skmlbio",),
    "reference_url": {"skmlbio": None},  # names in the code are links to their pages
    "backreferences_dir": "lecture/backreferences",
    "capture_repr": (),  # a page shows what its script prints
    "reset_modules": ("matplotlib",),
    "download_all_examples": False,
    "write_computation_times": False,
    "remove_config_comments": True,
    "abort_on_example_error": True,
}

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["narrow.css"]
html_title = f"skmlbio {release}"


def skip_what_others_document(app, what, name, obj, skip, options):
    """Leave out what is inherited from scikit-learn or Keras: the texts link into their own documentation."""
    module = getattr(getattr(obj, "fget", obj), "__module__", None) or ""
    return True if module.startswith(("sklearn.", "keras.")) else None


def setup(app):
    app.connect("autodoc-skip-member", skip_what_others_document)
