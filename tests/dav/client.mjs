// tsdav against a site, with two accounts: finds the book, makes, reads, changes and deletes cards, with a stale entity tag, and
// follows changes by the sync token. `node client.mjs ADDRESS NAME SECRET NAME SECRET`; says nothing where all is well.
import assert from "node:assert/strict";
import { createDAVClient } from "tsdav";

const [address, ...accounts] = process.argv.slice(2);

const client = (username, password) => createDAVClient({
  serverUrl: address,
  credentials: { username, password },
  authMethod: "Basic",
  defaultAccountType: "carddav",
});

const card = (uid, name, more = "") =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:${name}\r\nN:;${name};;;\r\n${more}END:VCARD\r\n`;

const one = await client(accounts[0], accounts[1]);
const other = await client(accounts[2], accounts[3]);
const [book, ...more] = await one.fetchAddressBooks();
const [others] = await other.fetchAddressBooks();
assert.equal(more.length, 0, "one book");
assert.equal(book.displayName, "Contacts");
assert.notEqual(book.url, others.url);
assert.ok(book.ctag && book.syncToken && book.reports.includes("syncCollection"), JSON.stringify(book));

// Makes, reads, changes.
const odd = "X-ODD;X-WHY=\"a:b\":kept\\, as it is\r\n";
const made = await one.createVCard({ addressBook: book, filename: "tsdav one.vcf", vCardString: card("t-1", "Ada <Lovelace>", odd) });
assert.equal(made.status, 201);
const again = await one.createVCard({ addressBook: book, filename: "tsdav one.vcf", vCardString: card("t-1", "Somebody") });
assert.equal(again.status, 412, "it is there already");
const find = async (who, book, name) => (await who.fetchVCards({ addressBook: book })).find((one) => one.data.includes(name));
const first = await find(one, book, "Ada <Lovelace>");
// tsdav takes off what stands around a text.
assert.equal(first.data, card("t-1", "Ada <Lovelace>", odd).trimEnd());
assert.equal(first.etag, made.headers.get("etag"));
const changed = await one.updateVCard({ vCard: { ...first, data: card("t-1", "Ada King", odd) } });
assert.equal(changed.status, 204);
const stale = await one.updateVCard({ vCard: { ...first, data: card("t-1", "Lost") } });
assert.equal(stale.status, 412, "stale");
assert.equal((await one.deleteVCard({ vCard: first })).status, 412, "stale");

// Follows.
const { syncToken } = (await one.fetchAddressBooks())[0];
const report = (token) => one.syncCollection({
  url: book.url, props: { "d:getetag": {} }, syncLevel: 1, syncToken: token,
});
const names = (responses) => responses.filter((one) => one.href).map((one) => `${one.status} ${one.href.split("/").at(-1)}`);
assert.deepEqual(names(await report(syncToken)), []);
await one.createVCard({ addressBook: book, filename: "second.vcf", vCardString: card("t-2", "Ben Okoro") });
const second = await find(one, book, "Ben Okoro");
assert.equal(names(await report(syncToken)).length, 1);
assert.equal((await one.deleteVCard({ vCard: second })).status, 204);
assert.ok(names(await report(syncToken)).includes("404 second.vcf"));

// The other account has none of it, and cannot get at it.
assert.equal(await find(other, others, "Ada King"), undefined);
assert.equal((await other.fetchVCards({ addressBook: { ...others, url: book.url } }).catch(() => [])).length, 0);
const intruding = await other.createVCard({ addressBook: book, filename: "x.vcf", vCardString: card("x", "X") });
assert.equal(intruding.status, 404);
assert.equal((await other.updateVCard({ vCard: { ...first, etag: "*", data: card("t-1", "X") } })).status, 404);

const wrong = await client(accounts[0], "wrong").then(() => "let in", (error) => String(error));
assert.notEqual(wrong, "let in");
