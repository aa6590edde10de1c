"""The Prefect flow: crawl → extract → assemble → publish.

Tasks only call the plain functions of ``flows.stages``. Import this module after
``flows.quiet.make_prefect_quiet``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect.task_runners import ProcessPoolTaskRunner

from flows import stages
from flows.console import progress
from flows.options import load_settings
from flows.parts import Part
from flows.stages import Layout, PartOrder, RunReport
from flows.workers import begin_worker, interrupts_held
from partnernetz.errors import Failure, StageError
from partnernetz.records import Source
from scrapers.crawl import CrawlReport

FLOW_NAME = "partnernetz"


def _is_worth_a_retry(task: Any, run: Any, state: Any) -> bool:
    """Return whether a stage broke down; what the caller did wrong stays wrong."""
    return isinstance(state.result(raise_on_failure=False), StageError)


@task(name="crawl", retries=1, retry_condition_fn=_is_worth_a_retry, cache_policy=NO_CACHE)
def crawl_task(sources: tuple[Source, ...], archive: Path) -> CrawlReport:
    """Crawl in a process of its own; an interrupted crawl is taken up."""
    return stages.crawl_sources(sources, archive=archive, only=None, resume=True)


@task(name="extract", cache_policy=NO_CACHE)
def extract_task(order: PartOrder) -> Part:
    """Extract one archive file."""
    return stages.carry_out(order)


@task(name="publish", cache_policy=NO_CACHE)
def publish_task(
    layout: Layout, parts: list[Part], crawled: CrawlReport, lost: list[Failure]
) -> RunReport:
    """Assemble the partnerships and write the release."""
    return stages.publish_parts(layout, parts, crawled=crawled, lost=lost)


@flow(name=FLOW_NAME, persist_result=False, validate_parameters=False)
def run_flow(sources_file: str, out: str) -> RunReport:
    """Run every stage on the sites of a source list; results lie below ``out``.

    What is current is not done again: a run that finds nothing new changes nothing, a run after a
    killed one goes on where that one ended.
    """
    layout = Layout(folder=Path(out))
    sources = stages.load_run_sources(Path(sources_file), is_told=False)  # told before the start
    crawled = crawl_task(sources, layout.archive)
    current, orders = stages.plan_parts(layout, crawled=crawled)
    known = None if orders else stages.find_current(layout, current)
    if known is not None:
        pages = sum(source.pages for source in crawled.sources)
        return replace(
            known, is_new=False, pages=pages, new_pages=0, files=0, failures=crawled.failures
        )
    extracted, lost = extract_parts(orders)
    return publish_task(layout, [*current, *extracted], crawled, lost)


def extract_parts(orders: list[PartOrder]) -> tuple[list[Part], list[Failure]]:
    """Return the parts of the orders, extracted over processes, and what could not be."""
    if not orders:
        return [], []
    parts: list[Part] = []
    lost: list[Failure] = []
    workers = min(load_settings().workers, len(orders))
    runner = ProcessPoolTaskRunner(max_workers=workers, initializer=begin_worker)
    with runner, progress("extract", total=len(orders)) as advance:
        with interrupts_held():
            futures: dict[Any, PartOrder] = {
                runner.submit(extract_task, {"order": order}): order for order in orders
            }
        for future in as_completed(list(futures)):
            result: Any = future.result(raise_on_failure=False)
            if isinstance(result, Part):
                parts.append(result)
            else:
                lost.append(stages.lost_part(futures[future], result))
            advance(1)
    return parts, lost
