"""Uses docs/amicable.py as a program of a member would: address, token and handle of a connection are the arguments."""

import sys

sys.path.insert(0, sys.argv[1])
from amicable import Amicable, Problem  # noqa: E402

site = Amicable(sys.argv[2], sys.argv[3])
handle = sys.argv[4]

assert site.profile()["handle"] == "ada-ruiz", site.profile()
names = [row["member"]["full_name"] for row in site.each("connections", sort="first_name")]
assert len(names) == len(set(names)) == 61, len(names)

sent = site.sendMessage(handle=handle, body={"text": "Hello from Python"}, key="one")
assert site.sendMessage(handle=handle, body={"text": "Hello from Python"}, key="one") == sent
assert [message["text"] for message in site.each("messages", handle=handle)] == ["Hello from Python"]

contact = site.addContact(body={"full_name": "Zoë Ng", "emails": [{"kind": "work", "value": "zoe@example.org"}]})
contact["card"]["company"] = "Ferry"
assert site.changeContact(id=contact["id"], body={"version": contact["version"], "card": contact["card"]})
assert [row["company"] for row in site.each("contacts")] == ["Ferry"]
undo = site.deleteContact(id=contact["id"])["undo"]
assert site.undoContactRemoval(id=undo) == {"restored": 1}

try:
    site.addContact(body={"full_name": "x" * 501})
except Problem as problem:
    assert (problem.kind, problem.status, list(problem.errors)) == ("invalid", 422, ["full_name"]), vars(problem)
else:
    raise AssertionError("a name that is too long")
print("done")
