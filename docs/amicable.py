"""A small client of Amicable's API, for Python 3.9 or later, with nothing besides the standard library.

    from amicable import Amicable
    site = Amicable("https://network.example.org", token)
    for connection in site.each("connections", q="engineer"):
        print(connection["member"]["full_name"], connection["connected_since"])
    site.sendMessage(handle="priya-raman", body={"text": "Hello"})

Each operation of the site's own description is a method, called as `/api` calls it.
"""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid


class Problem(Exception):
    """Why something was not done: `kind` is for programs, the text is for people."""

    def __init__(self, answer):
        super().__init__(answer.get("detail", ""))
        self.kind = answer.get("type", "").removeprefix("/api#")
        self.status = answer.get("status")
        self.errors = {error["field"]: error["detail"] for error in answer.get("errors", [])}


class Amicable:
    def __init__(self, address, token, attempts=3):
        self.address, self.token, self.attempts = address.rstrip("/"), token, attempts
        description = self._ask("GET", "/api/openapi.json", {})
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in description["paths"].items()
            for method, operation in methods.items()
        }

    def __getattr__(self, name):
        if name == "operations" or name not in self.operations:
            raise AttributeError(name)
        return lambda **values: self.call(name, **values)

    def call(self, name, body=None, key=None, **values):
        """Calls an operation. What changes something is done once, also where it had to be asked for again."""
        method, path, operation = self.operations[name]
        query = {}
        for parameter in operation.get("parameters", []):
            value = values.pop(parameter["name"], None)
            if parameter["in"] == "path":
                path = path.replace("{%s}" % parameter["name"], urllib.parse.quote(str(value), safe=""))
            elif parameter["in"] == "query" and value is not None:
                query[parameter["name"]] = value
        if values:
            raise TypeError(f"{name} takes no {', '.join(values)}")
        headers = {}
        if method == "POST":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
            body = {} if body is None else body
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return self._ask(method, path, headers, body)

    def each(self, name, **values):
        """Goes through all rows of a list, page by page."""
        cursor = None
        while True:
            page = self.call(name, cursor=cursor, **values)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _ask(self, method, path, headers, body=None):
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        for attempt in range(1, self.attempts + 1):
            request = urllib.request.Request(self.address + path, data, headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=30) as response:
                    text = response.read()
                    return json.loads(text) if text else None
            except urllib.error.HTTPError as error:
                answer = json.loads(error.read() or b"{}")
                if error.code not in (429, 503) or attempt == self.attempts:
                    raise Problem(answer) from None
                time.sleep(min(float(error.headers.get("Retry-After", 1)), 60))
