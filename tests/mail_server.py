"""A mail server on loopback for tests/mail.rs. It does what lines on its standard input say, and says each letter that it
has taken as a line of JSON, read by Python's own parser.

up · refuse ADDRESS · defer N · die N · lose N · hold · release
"""

import asyncio
import email
import email.policy
import json
import sys

from aiosmtpd.smtp import SMTP


class Server:
    def __init__(self):
        self.refused = set()
        self.defer = self.die = self.lose = 0
        self.released = asyncio.Event()
        self.released.set()

    def obey(self, line):
        command, _, value = line.strip().partition(" ")
        if command == "refuse":
            self.refused.add(value)
        elif command == "hold":
            self.released.clear()
        elif command == "release":
            self.released.set()
        else:
            setattr(self, command, int(value))
        say({"obeyed": command})

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return "550 there is nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        say({"arrives": envelope.rcpt_tos[0]})
        await self.released.wait()
        if self.defer:
            self.defer -= 1
            return "451 come back later"
        say(described(envelope))
        if self.lose:
            self.lose -= 1
            server.transport.abort()
        return "250 taken"


class Conversation(SMTP):
    async def smtp_DATA(self, arg):
        if self.event_handler.die:
            self.event_handler.die -= 1
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            say({"died": True})
            return
        await super().smtp_DATA(arg)


def described(envelope):
    letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
    parts = {part.get_content_type(): part.get_content() for part in letter.iter_parts()}
    return {
        "to": envelope.rcpt_tos[0],
        "from": envelope.mail_from,
        "kind": letter.get_content_type(),
        "headers": {name.lower(): str(value) for name, value in letter.items()},
        "defects": [str(defect) for part in letter.walk() for defect in part.defects],
        "plain": parts.get("text/plain", ""),
        "html": parts.get("text/html", ""),
    }


def say(what):
    print(json.dumps(what), flush=True)


async def main():
    handler = Server()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(handler, hostname="localhost"), "127.0.0.1", int(sys.argv[1]))
    say({"port": server.sockets[0].getsockname()[1]})
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        handler.obey(line.decode())


asyncio.run(main())
