"""Scrapy's settings: polite, narrow and without memory.

Per host: one request at a time; the pause between two, the user agent and the limits of a download
come from the job (see ``crawl_process``). Hardening as in Scrapy's own security guide, and beyond:
see ``docs/crawling.md``.
"""

from __future__ import annotations

from typing import Any

BOT_NAME = "partnernetz"
SPIDER_MODULES = ["scrapers.spiders"]
NEWSPIDER_MODULE = "scrapers.spiders"

# politeness
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "partnernetz"
CONCURRENT_ITEMS = 1  # for each answer Scrapy begins so many tasks; ours yield one request
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 2.0
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]  # 429 and 503 are for PaceMiddleware
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.1",
    "Accept-Language": "de,en;q=0.5",
}

# nothing but http and https, nothing too large, nothing remembered, nothing listening
DOWNLOAD_HANDLERS: dict[str, Any] = {
    "http": "scrapers.guards.downloading.GuardedDownloadHandler",
    "https": "scrapers.guards.downloading.GuardedDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
COMPRESSION_ENABLED = False  # the handler unpacks
COOKIES_ENABLED = False
HTTPPROXY_ENABLED = False
REFERRER_POLICY = "no-referrer"
METAREFRESH_ENABLED = False
TELNETCONSOLE_ENABLED = False
EXTENSIONS: dict[str, Any] = {
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.feedexport.FeedExporter": None,
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.corestats.CoreStats": None,
    "scrapy.extensions.memusage.MemoryUsage": None,
}
# nothing of Scrapy's that costs time and is not used: the frontier knows depths and lengths
STATS_CLASS = "scrapy.statscollectors.DummyStatsCollector"
SPIDER_MIDDLEWARES: dict[str, Any] = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
DOWNLOADER_MIDDLEWARES: dict[str, Any] = {
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapers.guards.redirecting.GuardedRedirectMiddleware": 600,
    "scrapers.middlewares.scope.ScopeMiddleware": 50,
    "scrapers.middlewares.robots.RobotsMiddleware": 100,
    "scrapers.middlewares.permission.PermissionMiddleware": 150,
    "scrapers.middlewares.pace.PaceMiddleware": 580,  # below retries and redirects
}
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the frontier knows what was met

LOG_LEVEL = "WARNING"
LOG_COLOR = False
STATS_DUMP = False
