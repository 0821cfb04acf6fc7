"""The two ways a person can be asked to mend something."""


class InputError(ValueError):
    """Data, a file or a folder is not what it should be; says what, where and how to mend it."""


class UsageError(ValueError):
    """A setting is out of bounds, or two settings contradict each other."""
