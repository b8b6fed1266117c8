"""Asks a CardDAV server what clients ask, and says a line for each answer: `calls.py HOST PORT NAME SECRET ROOT BOOK`. The book is
empty at first. What servers may answer in more than one way is said as *done* or *refused*."""
import base64
import http.client
import re
import sys

host, port, name, secret, root, book = sys.argv[1:7]
AUTHORIZATION = {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}
CARD = {"Content-Type": "text/vcard; charset=utf-8"}
XML = {"Content-Type": "application/xml"}
SPACES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav" xmlns:s="http://calendarserver.org/ns/"'
ODD = "X-ODD;X-WHY=a:kept\\, as it is"
ETAG = "<d:prop><d:getetag/></d:prop>"
WHOLE = "<d:prop><d:getetag/><c:address-data/></d:prop>"


def ask(method, path, headers=None, body="", signed_in=True):
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    headers = {**(headers or {}), **(AUTHORIZATION if signed_in else {})}
    connection.request(method, path, body.encode(), headers)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    return answer.status, {key.lower(): value for key, value in answer.getheaders()}, text


def card(full_name, uid="u1"):
    return (f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{full_name}\r\nN:;{full_name};;;\r\n{ODD}\r\nEND:VCARD\r\n")


def find(path, depth, properties):
    return ask("PROPFIND", path, {**XML, "Depth": depth}, f"<d:propfind {SPACES}><d:prop>{properties}</d:prop></d:propfind>")


def report(what, inner):
    return ask("REPORT", book, {**XML, "Depth": "1"}, f"<{what} {SPACES}>{inner}</{what}>")


def changes(token):
    return report("d:sync-collection", f"<d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level>{ETAG}")


def entries(text):
    return len(re.findall(r"<(?:\w+:)?response>", text))


def outcome(status):
    return "done" if status in (200, 201, 204) else "refused" if 400 <= status else status


def say(what, *answer):
    print(what, *answer, sep=": ")


one, two = book + "a.vcf", book + "c.vcf"
answer = ask("OPTIONS", book)
say("OPTIONS", answer[0], "addressbook" in answer[1].get("dav", ""))
answer = ask("PROPFIND", book, {"Depth": "0"}, signed_in=False)
say("without credentials", answer[0], "www-authenticate" in answer[1])
answer = find(root, "0", "<d:current-user-principal/><c:addressbook-home-set/>")
say("the principal", answer[0], entries(answer[2]))
answer = find(book, "0", "<d:resourcetype/><s:getctag/><d:sync-token/><c:supported-address-data/>")
say("the book", answer[0], entries(answer[2]), "addressbook" in answer[2], "getctag" in answer[2])
answer = ask("PUT", one, {**CARD, "If-None-Match": "*"}, card("One"))
say("a new card", answer[0], "etag" in answer[1])
say("a new card that is there", ask("PUT", one, {**CARD, "If-None-Match": "*"}, card("One"))[0])
answer = ask("GET", one)
etag = answer[1].get("etag", "")
say("the card", answer[0], etag.startswith('"'), ODD in answer[2])
say("a change of a stale card", ask("PUT", one, {**CARD, "If-Match": '"stale"'}, card("Lost"))[0])
say("a change", outcome(ask("PUT", one, {**CARD, "If-Match": etag}, card("Two"))[0]))
say("another card of the same uid", ask("PUT", book + "b.vcf", CARD, card("Same"))[0])
say("what is no card", outcome(ask("PUT", two, CARD, "no card")[0]))
say("another card", ask("PUT", two, CARD, card("Three", "u3"))[0])
answer = find(book, "1", "<d:getetag/>")
say("what is in the book", answer[0], entries(answer[2]))
answer = report("c:addressbook-query", WHOLE)
say("all cards", answer[0], entries(answer[2]), "X-ODD" in answer[2])
FILTER = '<c:filter><c:prop-filter name="FN"><c:text-match>thr</c:text-match></c:prop-filter></c:filter>'
answer = report("c:addressbook-query", ETAG + FILTER)
say("some cards", answer[0], entries(answer[2]))
answer = report("c:addressbook-multiget", f"{WHOLE}<d:href>{one}</d:href><d:href>{book}none.vcf</d:href>")
say("two cards, one of them missing", answer[0], entries(answer[2]), "404" in answer[2])
answer = changes("")
token = re.search(r"sync-token>([^<]+)<", answer[2]).group(1)
say("changes since ever", answer[0], entries(answer[2]))
etag = ask("GET", two)[1].get("etag", "")
say("a deletion of a stale card", ask("DELETE", two, {"If-Match": '"stale"'})[0])
say("a deletion", outcome(ask("DELETE", two, {"If-Match": etag})[0]))
say("a deletion of what is gone", ask("DELETE", two)[0])
answer = changes(token)
say("changes since", answer[0], entries(answer[2]), "404" in answer[2])
answer = changes("http://example.org/none")
say("changes since an unknown token", answer[0], "valid-sync-token" in answer[2])
say("what is not there", ask("GET", book + "none.vcf")[0])
bomb = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><d:propfind {SPACES}>{ETAG}</d:propfind>'
say("a document type", outcome(ask("PROPFIND", book, {**XML, "Depth": "0"}, bomb)[0]))
say("torn XML", outcome(ask("PROPFIND", book, {**XML, "Depth": "0"}, "<d:propfind>")[0]))
say("what nobody knows, after all", ODD in ask("GET", one)[2])
