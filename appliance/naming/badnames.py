def why_bad(name: str) -> str | None:
    return None
