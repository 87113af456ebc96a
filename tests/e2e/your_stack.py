"""The target files of docs/your-stack.md, for tests that run each of them."""

import sys

import yaml

from harness import SOURCE_DIR

sys.path.insert(0, str(SOURCE_DIR / "tests/tidy"))
import pages  # noqa: E402


def shown(first_line):
    """The match of a first line, and the YAML below it."""
    for language, lines in pages.read(SOURCE_DIR / "docs/your-stack.md").blocks:
        told = first_line.fullmatch(lines[0]) if language == "yaml" else None
        if told:
            yield told, "\n".join(lines[1:])


def here(target, text):
    """The YAML of the page with the addresses of this test's servers; a scenario, and its target."""
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{target.port}")
    text = text.replace("127.0.0.1:6379", target.redis_server.tcp_address)
    text = text.replace("postgresql://postgres@127.0.0.1/postgres", target.postgres_uri)
    keys = yaml.safe_load(text)
    scenario = {key: value for key, value in keys.items() if key == "voters"}
    file = target.directory / "target.yaml"
    file.write_text(yaml.safe_dump(keys["target"]) if "target" in keys else text)
    return scenario, file
