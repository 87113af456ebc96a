"""The two ways in which AWS's older APIs put structures on the wire: form parameters and XML."""
import urllib.parse
from xml.sax.saxutils import escape


class ApiError(Exception):
    """An answer that the API documents as an error."""

    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def parameters(body):
    """A form body as { name: value }."""
    pairs = urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)
    return dict(pairs)


def tree(flat):
    """{ "A.1.B": x } as { "A": [{ "B": x }] }; `member` levels (IAM, SNS, CloudWatch) vanish."""
    root = {}
    for name, value in flat.items():
        level = root
        *path, last = [part for part in name.split(".") if part != "member"]
        for part in path:
            level = level.setdefault(part, {})
        level[last] = value
    return _lists(root)


def _lists(node):
    if not isinstance(node, dict):
        return node
    if node and all(key.isdigit() for key in node):
        return [_lists(node[key]) for key in sorted(node, key=int)]
    return {key: _lists(value) for key, value in node.items()}


def xml(value, item="item"):
    """Names that begin with an underscore are the emulator's own; None is left out."""
    if isinstance(value, dict):
        return "".join(f"<{key}>{xml(child, item)}</{key}>" for key, child in value.items()
                       if child is not None and not key.startswith("_"))
    if isinstance(value, (list, tuple)):
        return "".join(f"<{item}>{xml(child, item)}</{item}>" for child in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(str(value))
