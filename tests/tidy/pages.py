"""The pages of the documentation, taken apart: links, headings, code."""
import re

from tree import files, text

FENCE = re.compile(r"^ {0,3}```(\w*)")
SPAN = re.compile(r"(`+)(.+?)\1(?!`)", re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.*?) *#*$", re.M)


def pages(root):
    """Every page for people; what runs and tests wrote is none."""
    return [path for path in files(root) if path.suffix == ".md" and
            (path.parts[0] not in ("tests", "reports") or path.name == "README.md")]


class Page:
    def __init__(self, content):
        prose, self.blocks = [], []  # of code: (language, lines); "" is a language, too
        language, blank = None, True
        for line in content.splitlines():
            fence = FENCE.match(line)
            if language is None and fence:
                language = fence.group(1)
                self.blocks.append((language, []))
            elif language is not None:
                if fence:
                    language = None
                else:
                    self.blocks[-1][1].append(line)
            elif line.startswith("    ") and blank:
                if not prose or prose[-1] is not None:
                    self.blocks.append(("", []))
                    prose.append(None)
                self.blocks[-1][1].append(line[4:])
                continue
            else:
                prose.append(line)
            blank = not line.strip()
        self.prose = "\n".join(line or "" for line in prose)
        self.spans = [" ".join(span.split()) for _, span in SPAN.findall(self.prose)]
        self.links = LINK.findall(SPAN.sub("code", self.prose))

    def anchors(self):
        """As GitHub makes them of the headings."""
        found = []
        for heading in HEADING.findall(self.prose):
            words = re.sub(r"\]\([^)]*\)", "]", heading).lower()
            slug = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
            same = sum(1 for other in found if re.sub(r"-\d+$", "", other) == slug)
            found.append(f"{slug}-{same}" if same else slug)
        return found


def read(path):
    return Page(text(path))
