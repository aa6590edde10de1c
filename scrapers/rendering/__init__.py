"""Pages that scripts put together: read in Chromium, for sources that declare ``is_rendered``.

An extra (``pip install partnernetz[javascript]``, and Chromium of the system); nothing outside of
this package imports it, and the crawling process loads it only where a source needs it.
"""
