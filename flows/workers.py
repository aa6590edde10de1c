"""Extraction over many Documents: in this process, over several, or over a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from partnernetz.errors import Failure, UsageError
from partnernetz.records import Document

if TYPE_CHECKING:
    from nlp.extract import Extraction, Extractor

Runner = Literal["local", "dask"]

#: Characters of text that go to a process at once: some seconds of work, little to lose.
_CHUNK_CHARACTERS = 200_000
#: Chunks that wait for each process, so that none is idle and memory stays small.
_CHUNKS_AHEAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How Documents are to be read."""

    reference_folder: Path
    minimum_score: float = 0.0
    workers: int = 1
    runner: Runner = "local"
    spacy_model: str | None = None


Result = tuple["Extraction", Failure | None]
Chunk = tuple[Document | Failure, ...]


def extract_all(documents: Iterable[Document | Failure], work: Work) -> Iterator[Result | Failure]:
    """Yield what each Document states, in the order of the input; failures pass through.

    A Document that breaks the extractor yields an empty Extraction and a Failure. Where there is
    less than two chunks of text no process is started, since starting one takes longer.
    """
    chunks = _chunks(documents)
    first = list(islice(chunks, 2))
    everything = chain(first, chunks)
    if work.runner == "local" and (work.workers == 1 or len(first) < 2):
        for chunk in everything:
            for document in chunk:  # one by one: who reads along sees each as it is done
                yield _extract_one(document, work)
        return
    with _executor(work) as executor:
        yield from _in_order(executor, everything, work)


def extract_chunk(chunk: Chunk, work: Work) -> list[Result | Failure]:
    """Return what each Document of a chunk states; runs in whatever process it is sent to."""
    return [_extract_one(document, work) for document in chunk]


def _extract_one(document: Document | Failure, work: Work) -> Result | Failure:
    if isinstance(document, Failure):
        return document
    from nlp.extract import Extraction

    try:
        return _extractor(work).extract(document), None
    except Exception as error:  # one page must not end a run over a million
        reference = document.reference
        subject = reference.url or reference.id
        failure = Failure(
            stage="extract",
            subject=subject,
            slug="extraction_failed",
            message=f"{subject} could not be read to its end ({type(error).__name__}: {error}).",
        )
        return Extraction(document=reference), failure


@cache
def _extractor(work: Work) -> Extractor:
    """Return the one extractor of this process: building it takes longer than most inputs."""
    from nlp.extract import Extractor

    return Extractor(
        reference_folder=work.reference_folder,
        minimum_score=work.minimum_score,
        spacy_model=work.spacy_model,
    )


def _chunks(documents: Iterable[Document | Failure]) -> Iterator[Chunk]:
    chunk: list[Document | Failure] = []
    size = 0
    for document in documents:
        chunk.append(document)
        size += len(document.text) if isinstance(document, Document) else 0
        if size >= _CHUNK_CHARACTERS:
            yield tuple(chunk)
            chunk, size = [], 0
    if chunk:
        yield tuple(chunk)


def _in_order(
    executor: Executor, chunks: Iterable[Chunk], work: Work
) -> Iterator[Result | Failure]:
    waiting: deque[Future[list[Result | Failure]]] = deque()
    for chunk in chunks:
        with interrupts_held():
            waiting.append(executor.submit(extract_chunk, chunk, work))
        if len(waiting) >= work.workers * _CHUNKS_AHEAD:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


@contextmanager
def _executor(work: Work) -> Iterator[Executor]:
    if work.runner == "dask":
        with _dask_executor(work.workers) as executor:
            yield executor
        return
    with process_pool(work.workers) as pool:
        yield pool


@contextmanager
def process_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Yield a pool of fresh processes; what still waits is dropped when the block fails."""
    context = multiprocessing.get_context("spawn")  # forks of a threaded process can hang
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=begin_worker)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()  # they would finish their chunks first
        raise
    pool.shutdown()


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while processes are started: they inherit that they do not hear it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def begin_worker() -> None:
    """Leave Ctrl-C to the parent process, and end with it, even where it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _dask_executor(workers: int) -> Iterator[Executor]:
    try:
        from distributed import (  # type: ignore[import-not-found, unused-ignore]
            Client,
            LocalCluster,
        )
    except ImportError as error:
        raise UsageError(
            'The runner dask is not installed: run `pip install "dask[distributed]"`, or leave '
            "out --runner."
        ) from error
    with (
        LocalCluster(  # type: ignore[no-untyped-call, unused-ignore]
            n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=40
        ) as cluster,
        Client(cluster) as client,  # type: ignore[no-untyped-call, unused-ignore]
    ):
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call, unused-ignore]
