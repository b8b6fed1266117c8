//! A phone or a mail program, which asks by methods that no browser has.

use std::io::{Read, Write};
use std::net::TcpStream;

use amicable::accounts::app_passwords;
use amicable::ids::MemberId;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::support::{Site, Visitor};

/// A device with an app password of its member.
#[derive(Clone)]
pub struct Device {
    address: String,
    pub authorization: String,
    pub member: MemberId,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// What stands between the tags of this name, each time.
    pub fn all(&self, tag: &str) -> Vec<String> {
        let (from, to) = (format!("<{tag}>"), format!("</{tag}>"));
        self.body.split(&from).skip(1).map(|rest| rest.split(&to).next().unwrap().to_owned()).collect()
    }
}

pub fn basic(name: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{secret}")))
}

impl Device {
    /// With an app password just made.
    pub fn of(site: &Site, member: &Visitor) -> Device {
        let id = member.id;
        let (_, secret) =
            site.db.write_blocking(move |connection| app_passwords::make(connection, id, "Phone")).unwrap().unwrap();
        Device { address: site.address.clone(), authorization: basic(&member.handle, &secret), member: id }
    }

    /// Whoever has no password.
    pub fn unknown(site: &Site) -> Device {
        Device { address: site.address.clone(), authorization: String::new(), member: MemberId::NOBODY }
    }

    pub fn home(&self) -> String {
        format!("/dav/{}/", self.member)
    }

    pub fn book(&self) -> String {
        format!("/dav/{}/contacts/", self.member)
    }

    pub fn card(&self, name: &str) -> String {
        format!("/dav/{}/contacts/{name}", self.member)
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
        let body = body.as_ref();
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
        if !self.authorization.is_empty() {
            head += &format!("Authorization: {}\r\n", self.authorization);
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        let mut stream = TcpStream::connect(self.address.trim_start_matches("http://")).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        // A refusal may come before all was sent.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        parsed(&answer)
    }

    pub fn propfind(&self, path: &str, depth: &str, properties: &str) -> Answer {
        let body = format!(
            "<?xml version=\"1.0\"?><D:propfind xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:carddav\" \
             xmlns:S=\"http://calendarserver.org/ns/\"><D:prop>{properties}</D:prop></D:propfind>"
        );
        self.ask("PROPFIND", path, &[("Depth", depth)], body)
    }

    /// Posts a report on the book.
    pub fn report(&self, name: &str, inner: &str) -> Answer {
        let body = format!("<{name} xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:carddav\">{inner}</{name}>");
        self.ask("REPORT", &self.book(), &[("Depth", "1")], body)
    }

    pub fn get(&self, name: &str) -> Answer {
        self.ask("GET", &self.card(name), &[], "")
    }

    pub fn put(&self, name: &str, card: &str) -> Answer {
        self.put_if(name, card, &[])
    }

    pub fn put_if(&self, name: &str, card: &str, conditions: &[(&str, &str)]) -> Answer {
        let headers = [&[("Content-Type", "text/vcard; charset=utf-8")], conditions].concat();
        self.ask("PUT", &self.card(name), &headers, card)
    }

    pub fn delete(&self, name: &str) -> Answer {
        self.ask("DELETE", &self.card(name), &[], "")
    }

    /// What has changed since a token, as names and the next token; a deleted one with a minus before it.
    pub fn changes(&self, token: &str) -> (Vec<String>, String) {
        let inner =
            format!("<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>");
        let answer = self.report("D:sync-collection", &inner);
        assert_eq!(answer.status, 207, "{}", answer.body);
        let names = answer.all("D:response").into_iter().map(|response| {
            let href = response.split("<D:href>").nth(1).unwrap().split('<').next().unwrap();
            let name = href.strip_prefix(&self.book()).unwrap().to_owned();
            if response.contains("404 Not Found") { format!("-{name}") } else { name }
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        (names, answer.all("D:sync-token").pop().unwrap())
    }
}

fn parsed(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let body = &answer[end + 4..];
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { joined(body) } else { body.to_vec() };
    Answer { status, headers, body: String::from_utf8(body).unwrap() }
}

/// The chunks of a body as one.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let Some(line) = chunks.windows(2).position(|window| window == b"\r\n") else { panic!("the answer broke off") };
        let length = usize::from_str_radix(std::str::from_utf8(&chunks[..line]).unwrap(), 16).unwrap();
        if length == 0 {
            return body;
        }
        body.extend_from_slice(&chunks[line + 2..line + 2 + length]);
        chunks = &chunks[line + 2 + length + 2..];
    }
}

/// A card of somebody.
pub fn card(uid: &str, name: &str, more: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:;{name};;;\r\n{more}END:VCARD\r\n")
}
