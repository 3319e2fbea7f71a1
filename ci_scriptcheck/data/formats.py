"""What a file is, told from its first bytes; its name only tells one text from another."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

HEAD = 65_536
"""Bytes of a file by which its format is told."""

_LOOKED_AT = 100
"""Lines of them whose commas are compared."""

_MAGIC = (
    (b"PAR1", "parquet"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"ARROW1", "arrow"),
    (b"\x93NUMPY", "numpy"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"%PDF", "pdf"),
    (b"\x89HDF", "hdf5"),
)
_BY_SUFFIX = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
}
_DELIMITERS = ",\t;|"
_JSON = re.compile(rb"\s*(?:\{\s*\"|\[\s*[\[{])")
"""How JSON begins and a table with a header does not."""


def format_of(name: str, head: bytes) -> str:
    """Tell a format from the first bytes of a file; its name tells one text from another."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return _inside_gzip(name) if kind == "gzip" else kind
    # A tar without members is nothing but zeros.
    if head[257:262] == b"ustar" or (name.endswith(".tar") and not head.strip(b"\0")):
        return "tar"
    if re.match(rb"\x80[\x02-\x05]", head):
        return "pickle"
    return "binary" if b"\0" in head or not _is_text(head) else _text_format(name, head)


def delimiter_in(head: str) -> str:
    """Tell what stands between the cells of a first line."""
    first = re.sub(r'"(?:[^"]|"")*"', "", head.partition("\n")[0])
    return max(_DELIMITERS, key=lambda mark: (first.count(mark), mark == ","))


def is_data(cells: list[str]) -> bool:
    """Say whether the first line holds numbers only, and is no header of numbered columns."""
    numbered = cells == [str(number) for number in range(len(cells))]
    return not numbered and all(_is_number(cell) for cell in cells)


def _text_format(name: str, head: bytes) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    known = _BY_SUFFIX.get(suffix, "text") if suffix else None
    if known is None or (known in {"csv", "tsv"} and _JSON.match(head)):
        return _by_content(head)
    return known


def _inside_gzip(name: str) -> str:
    inner = PurePosixPath(name)
    if inner.suffix.lower() != ".gz" or PurePosixPath(inner.stem).suffix.lower() not in _BY_SUFFIX:
        return "gzip"
    return _BY_SUFFIX[PurePosixPath(inner.stem).suffix.lower()]


def _is_text(head: bytes) -> bool:
    try:
        head[: -4 if len(head) == HEAD else None].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A character may be cut at the end; old encodings have no control characters either.
        return error.start > len(head) - 8 or not re.search(rb"[\x00-\x08\x0e-\x1a]", head)
    return True


def _by_content(head: bytes) -> str:
    """Tell what a text without an ending in its name is."""
    stripped = head.lstrip()
    first, _, rest = stripped.partition(b"\n")
    if first.startswith(b"{") and first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{"):
        return "jsonl"
    if stripped.startswith((b"{", b"[")):
        return "json"
    counts = [line.count(b",") for line in head.splitlines()[:_LOOKED_AT][:-1] if line.strip()]
    return "csv" if len(counts) > 1 and len(set(counts)) == 1 and counts[0] else "text"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
