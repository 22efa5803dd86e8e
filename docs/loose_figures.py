"""Pictures of the gallery that pyplot knows nothing of: the figures of a report are made without it."""

from weakref import WeakSet

from matplotlib.figure import Figure
from sphinx_gallery.scrapers import figure_rst

#: Figures that are on a page already, or that pyplot has shown there.
_SHOWN = WeakSet()


def scraper(block, block_vars, gallery_conf):
    """Save every new ``Figure`` that a script holds in a variable, and answer the directive that shows it.

    It comes before the scraper of pyplot's figures, which closes them.
    """
    import matplotlib.pyplot as plt

    _SHOWN.update(plt.figure(number) for number in plt.get_fignums())
    paths = []
    for value in block_vars["example_globals"].values():
        if isinstance(value, Figure) and value not in _SHOWN:
            path = next(block_vars["image_path_iterator"])
            value.savefig(path)
            _SHOWN.add(value)
            paths.append(path)
    return figure_rst(paths, gallery_conf["src_dir"])
