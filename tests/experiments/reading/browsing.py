"""A report in a browser without a network, for tests."""

from contextlib import contextmanager


@contextmanager
def opened_offline(browser, report):
    """The page and what it has complained about; at the end it has fetched nothing but itself."""
    context = browser.new_context(viewport={"width": 1200, "height": 800}, offline=True)
    opened = context.new_page()
    complaints, requests = [], []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: requests.append(request.url))
    opened.goto(report.as_uri())
    yield opened, complaints
    assert [request for request in requests if not request.startswith("data:")] == [
        opened.url.partition("#")[0]
    ]
    context.close()
