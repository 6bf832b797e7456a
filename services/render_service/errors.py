"""What can go wrong between a snapshot and its PDF. Each has a stable `code`."""


class RenderError(Exception):
    """No PDF was made."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Unprintable(RenderError):
    """The snapshot itself can't be printed: trying again would not help."""


def bad_logo(why: str) -> Unprintable:
    """The issuer's logo can't be printed, and no form goes out without the logo that it should have."""
    return Unprintable("bad_logo", f"the logo can't be printed: {why}")


class UnknownTemplate(Unprintable):
    """No form has this name."""

    def __init__(self, name: str) -> None:
        super().__init__("unknown_template", f"there is no form named {name!r}")
        self.name = name


def bad_template(name: str, why: str) -> Unprintable:
    """A form that can't be used: nothing goes out half made."""
    return Unprintable("bad_template", f"the form {name!r} can't be used: {why}")


class RenderTimedOut(RenderError):
    """The child was killed: it took more than its share of time."""

    def __init__(self, seconds: float) -> None:
        super().__init__("render_timeout", f"rendering took more than {seconds:g} s and was stopped")
        self.seconds = seconds


class RenderCrashed(RenderError):
    """The child died while rendering: out of memory, most often."""

    def __init__(self, how: str) -> None:
        super().__init__("render_crashed", f"rendering died: {how}")
        self.how = how


class ChildUnavailable(RenderError):
    """No child could be started: the machine's trouble, not the document's."""

    def __init__(self, why: str) -> None:
        super().__init__("child_unavailable", f"no rendering process could be started: {why}")
        self.why = why
