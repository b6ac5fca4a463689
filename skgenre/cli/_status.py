"""How a command ends: exit statuses, and the sentence that explains the last of them."""

from skgenre._terminal.text import say

DONE, SOME_FILES_FAILED, CANNOT_BE_DONE = 0, 1, 2


def refuse(command, reason):
    """Report why a command cannot be carried out.

    Parameters
    ----------
    command : str
        Its name, such as "skgenre train".
    reason : str or Exception
        A sentence.

    Returns
    -------
    status : int
        The exit status.
    """
    say(f"{command}: {reason}")
    return CANNOT_BE_DONE
