"""Includes point down: a folder of src/ may include only folders of a strictly lower level, a part of
a folder (src/stack/aws) only itself, the folder's own files and the parts that it stands on, a
library's headers stay in the .cpp files of the folders that are its home, and so do the words of a
queue or a store."""
import re

from tree import files, text

LEVELS = {
    "core": 0,
    "vote": 1, "process": 1, "help": 1,
    "scenario": 2, "adapters": 2, "ledger": 2, "audit": 2,
    "plan": 3, "watch": 3, "report": 3,
    "load": 4, "shards": 4, "stack": 4,
    "run": 5, "selftest": 5,
    "cli": 6,
}
# Parts that stand on each other: each may see those before it, the folder's own files the first.
PARTS = {"report": ("measures", "compare", "trend", "document", "write"),
         "adapters": ("redis", "redis_list", "redis_stream")}
# What knows of queues and stores only what all of them have in common. Their own words are at home
# in their adapters and keys, in what makes or finds stacks (stack/, doctor) and in the reference stack.
NEUTRAL = ("audit", "ledger", "load", "plan", "report", "run", "shards", "vote", "watch")
ADAPTER_WORD = re.compile(
    r"redis|hiredis|postgres|libpq|pgpass|pg_[a-z]|relfilenode|cmdstat|client list|commandstats|"
    r"\b[lr]pushx?\b|\bb?[lr]pop\b|\bllen\b|\blrange\b|\blrem\b|\bb?lmove\b|resetstat|"
    r"\bx(add|ack|del|trim|read|claim|autoclaim|pending|info|readgroup|group)\b|noack|"
    r"ctid|\bxmin\b", re.IGNORECASE)
# The reference stack is a program of its own and shares only these.
VOTESTACK_MAY_SEE = {"core", "vote", "help", "votestack"}

HOMES = {
    "curl/": {"adapters"},
    "hiredis/": {"adapters", "votestack"},
    "libpq-fe.h": {"adapters", "votestack"},
    "pqxx/": {"votestack"},
    "yaml-cpp/": {"scenario"},
    "nlohmann/": {"ledger", "report", "scenario", "selftest", "shards", "stack", "adapters",
                  "votestack"},
    "CLI/": {"cli", "help", "votestack"},
    "microhttpd.h": {"run", "votestack"},
    "sodium.h": {"vote", "ledger"},
    "zlib.h": {"vote"},
    "tl/": {"core"},
}
# Folders that only programs include may name their library in headers of their own.
IN_HEADERS_TOO = {("cli", "CLI/"), ("help", "CLI/")}
# Part of everybody's vocabulary, in headers too: std::format and std::expected of C++20.
EVERYWHERE = ("fmt/", "tl/")
SYSTEM = re.compile(r"(sys|netinet|net|arpa|linux)/.+\.h|"
                    r"(fcntl|unistd|poll|pthread|pwd|grp|signal|spawn|strings|netdb|dirent|dlfcn|"
                    r"sched|termios|syslog|glob|getopt|link|langinfo|fnmatch|time|limits)\.h")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def own_include(path, header):
    """What is wrong with the #include "header" of the file src/..., or nothing."""
    folder, other = path.parts[1], header.split("/")[0]
    if "/" not in header or (other not in LEVELS and other != "votestack"):
        return "is not written from src/ on"
    if other == folder:
        part, seen = "/".join(path.parts[2:-1]), "/".join(header.split("/")[1:-1])
        order = PARTS.get(folder, ())
        below = order[:order.index(part)] if part in order else order[:1] if part == "" else ()
        return None if seen in ("", part, *below) else f"points into a part of {folder}/"
    if folder == "votestack":
        return None if other in VOTESTACK_MAY_SEE else "votestack may see only core, vote and help"
    if other == "votestack" or LEVELS[other] >= LEVELS[folder]:
        return f"points up or sideways: {folder} ({LEVELS[folder]}) -> {other}"
    return None


def library_include(path, folder, header):
    if "/" not in header and "." not in header:
        return None  # the standard library
    home = next((folders for prefix, folders in HOMES.items() if header.startswith(prefix)), None)
    if header.startswith(EVERYWHERE) and (home is None or folder in home):
        return None
    if home is None:
        return None if SYSTEM.fullmatch(header) else "belongs to no library that levels.py knows"
    if folder not in home:
        return f"may be included only in {', '.join(sorted(home))}"
    if path.suffix == ".cpp" or any(folder == top and header.startswith(prefix)
                                    for top, prefix in IN_HEADERS_TOO):
        return None
    return "may be included only in .cpp files"


def strayed_words(root):
    """Words of one queue or store where every kind is the same; in comments, too."""
    return [f"{path}:{number}: '{word.group()}' is a word of one adapter: {path.parts[1]} knows only "
            "what all have in common"
            for path in files(root, ["src"]) if len(path.parts) > 2 and path.parts[1] in NEUTRAL
            for number, line in enumerate(text(root / path).splitlines(), 1)
            for word in [ADAPTER_WORD.search(line)] if word]


def unused_homes(root):
    """A library that the tables know and nothing includes is one that nobody should install."""
    used = {(path.parts[1], include.group(2))
            for path in files(root, ["src"]) if len(path.parts) > 2
            for include in map(INCLUDE.match, text(root / path).splitlines()) if include}
    named = {(folder, prefix) for prefix, folders in HOMES.items() for folder in folders}
    return [f"levels.py: {prefix} has a home in {folder}, where no file includes it"
            for folder, prefix in sorted(named | IN_HEADERS_TOO)
            if not any(folder == where and header.startswith(prefix) for where, header in used)]


def wrong_includes(root):
    complaints = []
    for path in files(root, ["src"]):
        folder = path.parts[1] if len(path.parts) > 2 else ""
        if folder not in LEVELS and folder != "votestack":
            complaints.append(f"{path}: its folder has no level in levels.py")
            continue
        for number, line in enumerate(text(root / path).splitlines(), 1):
            include = INCLUDE.match(line)
            if not include:
                continue
            kind, header = include.groups()
            wrong = (own_include(path, header) if kind == '"'
                     else library_include(path, folder, header))
            if wrong:
                complaints.append(f"{path}:{number}: {header} {wrong}")
    return complaints


def check(root):
    return wrong_includes(root) + strayed_words(root) + unused_homes(root)
