"""Sphinx configuration."""

import re
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.transforms import SphinxTransform

import skmlbio

API = Path(__file__).with_name("api.rst").read_text()

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

# Public classes, by their names, as the page of the API lists them.
CLASSES = {}
for module, names in re.findall(r"currentmodule:: (\S+)(.*?)(?=\.\. currentmodule|\Z)", API, re.DOTALL):
    CLASSES |= {name: f"{module}.{name}" for name in re.findall(r"^   ([A-Z]\w+)$", names, re.MULTILINE)}

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["narrow.css"]
html_title = f"skmlbio {release}"


def skip_what_others_document(app, what, name, obj, skip, options):
    """Leave out what is inherited from scikit-learn or Keras: the texts link into their own documentation."""
    module = getattr(getattr(obj, "fget", obj), "__module__", None) or ""
    return True if module.startswith(("sklearn.", "keras.")) else None


class NamesOfClassesAreLinks(SphinxTransform):
    """Pages of Markdown, which are read elsewhere too, name a class as `Name`; here that leads to its page."""

    default_priority = 500

    def apply(self):
        if self.env.doc2path(self.env.docname).suffix != ".md":
            return
        no_place_for_links = nodes.title | nodes.reference | pending_xref
        for literal in list(self.document.findall(nodes.literal)):
            if literal.astext() in CLASSES and not isinstance(literal.parent, no_place_for_links):
                target = {"refdomain": "py", "reftype": "class", "reftarget": CLASSES[literal.astext()]}
                link = pending_xref("", refdoc=self.env.docname, refexplicit=True, refwarn=True, **target)
                literal.replace_self(link)
                link += literal


def setup(app):
    app.add_transform(NamesOfClassesAreLinks)
    app.connect("autodoc-skip-member", skip_what_others_document)
