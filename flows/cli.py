"""The command line `partnernetz`.

Exit 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C. An error is one sentence on stderr; a
traceback is shown only with ``--debug``.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from typing import Annotated

import typer

from flows.commands import extraction, releases, runs, sources
from flows.console import say
from partnernetz.errors import PartnernetzError

_STOPPED = 130

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,  # plain help and errors, and no time spent on loading rich
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        from partnernetz import __version__

        print(f"partnernetz {__version__}")
        raise typer.Exit


@app.callback()
def _partnernetz(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """From web pages to a network of twinned towns that can be cited."""


runs.add_to(app)
extraction.add_to(app)
releases.add_to(app)
sources.add_to(app)


def main() -> None:
    """Run the command that the process was started with, and exit."""
    arguments = sys.argv[1:]
    debug = "--debug" in arguments  # taken here, so that it may stand after the command as well
    _write_utf8()
    if not debug:
        warnings.simplefilter("ignore")  # of libraries, at one another
    code = run([word for word in arguments if word != "--debug"], debug=debug)
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # the reader (head, less) has gone: nothing to complain about
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _write_utf8() -> None:
    """Write UTF-8 wherever this runs; halves of characters as escapes, which JSON reads back."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def run(arguments: list[str], *, debug: bool = False) -> int:
    """Run a command and return its exit code; errors are told on stderr."""
    try:
        code = app(args=arguments, prog_name="partnernetz", standalone_mode=False, obj=debug)
    except (KeyboardInterrupt, typer.Abort):
        code = _STOPPED
    except BrokenPipeError:
        return 0
    except Exception as error:
        if debug and not hasattr(error, "format_message"):
            raise
        return _tell(error)
    if code == _STOPPED:
        say("Stopped: what was written is whole, run the same command to go on.")
    return code if isinstance(code, int) else 0


def _tell(error: Exception) -> int:
    """Write an error as a sentence; return the exit code."""
    if isinstance(error, PartnernetzError):
        say(str(error))
        return error.exit_code
    if hasattr(error, "format_message"):  # wrong usage, found by typer
        message = str(error.format_message()).strip()
        if message:  # empty where help was shown instead
            say(f"{message.rstrip('.')}: see `partnernetz --help`.")
        return int(getattr(error, "exit_code", 2))
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        say(f"{where}{error.strerror}.")
        return 1
    kind = type(error).__name__
    say(f"Something unexpected went wrong ({kind}: {error}): see where with --debug.")
    return 1


if __name__ == "__main__":
    main()
