"""Pictures of the gallery that pyplot knows nothing of: the figures of a report are made without it."""

from matplotlib.figure import Figure
from sphinx_gallery.scrapers import figure_rst

#: Figures that are on a page already.
_SHOWN = set()


def scraper(block, block_vars, gallery_conf):
    """Save every new ``Figure`` that a script holds in a variable, and answer the directive that shows it."""
    import matplotlib.pyplot as plt

    known = {id(plt.figure(number)) for number in plt.get_fignums()}
    paths = []
    for value in block_vars["example_globals"].values():
        if isinstance(value, Figure) and id(value) not in known | _SHOWN and value.canvas.manager is None:
            path = next(block_vars["image_path_iterator"])
            value.savefig(path)
            _SHOWN.add(id(value))
            paths.append(path)
    return figure_rst(paths, gallery_conf["src_dir"])
