"""Whether every local link of the built site leads somewhere: ``python docs/check_links.py docs/_build/html``."""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links of a page, and the anchors in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for key, value in attrs:
            if key in ("href", "src") and value:
                self.links.add(value)
            elif key in ("id", "name") and value:
                self.anchors.add(value)


def html(folder: Path) -> list[Path]:
    """The pages; what a theme keeps below _static is none."""
    return [path for path in sorted(folder.rglob("*.html")) if folder / "_static" not in path.parents]


def broken(folder: Path) -> list[str]:
    """Links to files or anchors that are not there, each with its page."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in html(folder)}
    found = []
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = pages.get(target)
            if not target.exists() or (there and unquote(parts.fragment) not in there.anchors):
                found.append(f"{path.relative_to(folder)}: {link}")
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve()
    lost = broken(folder)
    print("\n".join(lost) or f"all local links of {len(html(folder))} pages lead somewhere")
    sys.exit(bool(lost))
