"""The pages hold together: links and paths lead somewhere, README.md leads to every page of docs/, and
the table of folders tells the levels that are enforced."""
import os
import pathlib
import re

import levels
from pages import pages, read
from tree import text

HISTORY = "CHANGELOG.md"  # tells of files that are gone
ELSEWHERE = {"artifacts", "build", "reports", ".."}  # written by builds and runs, or seen from there
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?")
PLACEHOLDER = re.compile(r"NAME|ROLE")


def broken_links(root, path, page):
    for link in page.links:
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = root / path.parent / file if file else root / path
        if not target.exists():
            yield f"{path}: the link {link} leads nowhere"
        elif anchor and anchor not in read(target).anchors():
            yield f"{path}: the link {link} leads to no heading of its page"


def missing_paths(root, path, page):
    """A code span whose first folder is there, seen from the root or from the page."""
    for span in page.spans:
        first = span.split("/")[0]
        if path.name == HISTORY or first in ELSEWHERE or not PATH.fullmatch(span):
            continue
        homes = [home for home in (root, root / path.parent) if (home / first).is_dir()]
        pattern = PLACEHOLDER.sub("*", span).rstrip("/")
        if homes and not any(any(home.glob(pattern)) for home in homes):
            yield f"{path}: there is no {span}"


def linked_from(root, page):
    """The files that a page leads to, seen from the root; on from each README.md that it leads to."""
    reached, ahead = set(), [page]
    while ahead:
        here = ahead.pop()
        if not (root / here).exists():
            continue
        for link in read(root / here).links:
            file = pathlib.Path(os.path.normpath(here.parent / link.partition("#")[0]))
            if str(file) not in reached and file.name == "README.md":
                ahead.append(file)
            reached.add(str(file))
    return reached


def unlinked_pages(root, all_pages):
    """README.md leads to every page of docs/, by way of other README.md if need be."""
    linked = linked_from(root, pathlib.Path("README.md"))
    return [f"README.md: no link to {path}" for path in all_pages
            if path.parts[0] == "docs" and str(path) not in linked]


def wrong_levels(root):
    file = root / "docs/internals.md"
    if not file.exists():
        return []
    told = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", text(file), re.M))
    true = {**{folder: str(level) for folder, level in levels.LEVELS.items()}, "votestack": "-"}
    return [f"docs/internals.md: {folder} has level {true.get(folder, 'none')}, not "
            f"{told.get(folder, 'none')}"
            for folder in sorted({*told, *true}) if told.get(folder) != true.get(folder)]


def check(root):
    all_pages = pages(root)
    complaints = unlinked_pages(root, all_pages) + wrong_levels(root)
    for path in all_pages:
        page = read(root / path)
        complaints += [*broken_links(root, path, page), *missing_paths(root, path, page)]
    return complaints
