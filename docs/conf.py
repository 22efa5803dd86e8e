"""How the site is built: ``python -m sphinx -W -b html docs docs/_build/html``."""

import os
import re
import shutil
import sys
import warnings
from pathlib import Path

os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # the networks of the gallery are small: threads would cost time
ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

project = "gnnlab"
author = "the gnnlab authors"
copyright = "the gnnlab authors, MIT licence"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.intersphinx",
    "sphinx_gallery.gen_gallery",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_build", "_templates", "sg_execution_times.rst"]
templates_path = ["_templates"]
default_role = "code"
pygments_style = "friendly"
# Pages in Markdown. Headings are link targets, as they are on GitHub, so a link works at both places.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "dollarmath"]

# Docstrings: Google's sections and three of our own.
napoleon_numpy_docstring = False
napoleon_custom_sections = ["Shapes", "Variables", ("Args of the call", "params_style")]
napoleon_use_rtype = False
napoleon_use_ivar = True
autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_inherit_docstrings = False  # or every layer would say what torch.nn.Module.forward is
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True
add_module_names = False

# Links into other projects need their inventories from the network. A build must not depend on that, nor differ from
# day to day, so they are fetched only where the site is published (see .readthedocs.yaml and pages.yml).
if os.environ.get("GNNLAB_DOCS_ONLINE"):
    intersphinx_mapping = {
        "python": ("https://docs.python.org/3", None),
        "numpy": ("https://numpy.org/doc/stable", None),
        "torch": ("https://docs.pytorch.org/docs/stable", None),
        "torch_geometric": ("https://pytorch-geometric.readthedocs.io/en/latest", None),
        "networkx": ("https://networkx.org/documentation/stable", None),
        "matplotlib": ("https://matplotlib.org/stable", None),
        "pandas": ("https://pandas.pydata.org/docs", None),
    }
intersphinx_timeout = 20

# What PyG does when it is imported; nobody who reads the gallery can do anything about it.
warnings.filterwarnings("ignore", message=r".*torch\.jit\.script.*", category=DeprecationWarning)
warnings.filterwarnings("ignore", message=r".*torch_geometric\.distributed.*")


# Its comparisons are run anew for a new site: what an earlier one recorded would be skipped.
if not (ROOT / "docs/gallery").exists():
    shutil.rmtree(ROOT / "examples/gallery/comparisons/runs", ignore_errors=True)

PARTS = ("graphs", "matrices", "texts", "networks", "comparisons")
sphinx_gallery_conf = {
    "examples_dirs": "../examples/gallery",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/plot_",
    "subsection_order": [f"../examples/gallery/{part}" for part in PARTS],
    "within_subsection_order": "FileNameSortKey",
    "backreferences_dir": "api/backreferences",
    "doc_module": ("seq", "gnnlab", "experiments"),
    "reference_url": {"seq": None, "gnnlab": None, "experiments": None},
    "reset_modules": ("matplotlib",),
    "remove_config_comments": True,
    "show_memory": False,
    "write_computation_times": False,
    "min_reported_time": 10**6,
    "download_all_examples": False,
    "abort_on_example_error": True,
    "capture_repr": (),
    "image_scrapers": ("loose_figures.scraper", "matplotlib"),  # the second one closes the figures of pyplot
    "thumbnail_size": (400, 280),
    "copyfile_regex": r".*\.(txt|csv)",
}

html_theme = "pydata_sphinx_theme"
html_title = "gnnlab"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": False,
    "navbar_align": "left",
    "header_links_before_dropdown": 8,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "pygments_light_style": "friendly",
    "pygments_dark_style": "github-dark",
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
}
# Pages without others below them: no empty list of these at the left.
ALONE = ("index", "start", "guide", "reproductions", "command", "questions", "layout", "releases")
html_sidebars = {page: [] for page in ALONE}
html_context = {"default_mode": "auto"}
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True


def one_letter_is_no_list(app, what, name, obj, options, lines):
    """``heads: K.`` says a size; to reStructuredText a letter with a point begins a list."""
    lines[:] = [re.sub(r"^(\s+[\w, ]+: )([A-Z]\.)(?= |$)", r"\1\\\2", line) for line in lines]


def setup(app):
    app.connect("autodoc-process-docstring", one_letter_is_no_list, priority=400)  # before napoleon
