//! XML as clients send it, read into a small tree. Nothing of it is trusted: there is no document type and no entity, so nothing
//! grows while it is read, and how deep and how much it is has limits.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use crate::contacts::store::MAX_CONTACTS;

/// Elements within one another; what clients send has six.
const DEEPEST: usize = 24;
/// Elements in all: as many addresses as a book has cards.
const MAX_ELEMENTS: usize = MAX_CONTACTS + 10_000;
/// Attributes of an element.
const MAX_ATTRIBUTES: usize = 16;

/// A name in its namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Name {
    /// The namespace; empty for none.
    pub space: String,
    /// The name in it.
    pub local: String,
}

impl Name {
    /// Returns a name.
    pub fn new(space: &str, local: &str) -> Name {
        Name { space: space.to_owned(), local: local.to_owned() }
    }

    /// Returns whether it is this one.
    pub fn is(&self, (space, local): (&str, &str)) -> bool {
        self.space == space && self.local == local
    }
}

/// An element with what is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// What it is.
    pub name: Name,
    /// Attributes of no namespace.
    pub attributes: Vec<(String, String)>,
    /// Its own text.
    pub text: String,
    /// The elements in it.
    pub children: Vec<Element>,
}

impl Element {
    /// Returns the first element of a name in it.
    pub fn child(&self, name: (&str, &str)) -> Option<&Element> {
        self.children.iter().find(|child| child.name.is(name))
    }

    /// Returns all elements of a name in it.
    pub fn all<'a>(&'a self, name: (&'a str, &'a str)) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name.is(name))
    }

    /// Returns an attribute, or an empty text.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// What was sent is no XML that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotTaken;

/// Reads a document; nothing where nothing was sent.
///
/// # Errors
/// [`NotTaken`].
pub fn read(bytes: &[u8]) -> Result<Option<Element>, NotTaken> {
    let text = std::str::from_utf8(bytes).map_err(|_| NotTaken)?.trim_start_matches('\u{FEFF}');
    if text.trim().is_empty() {
        return Ok(None);
    }
    Tree::default().read(text).map(Some)
}

/// A tree while it is read: the elements that are open, from the root.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn read(mut self, text: &str) -> Result<Element, NotTaken> {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().enable_all_checks(true);
        loop {
            let (space, event) = reader.read_resolved_event().map_err(|_| NotTaken)?;
            match event {
                Event::Start(tag) => self.begin(&space, &tag)?,
                Event::Empty(tag) => {
                    self.begin(&space, &tag)?;
                    self.end()?;
                }
                Event::End(_) => self.end()?,
                Event::Text(text) => self.add(&text.xml10_content())?,
                Event::CData(text) => self.add(&text.xml10_content())?,
                Event::GeneralRef(reference) => {
                    let known = resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned);
                    let letter = reference.resolve_char_ref().map_err(|_| NotTaken)?;
                    self.add(&letter.map(String::from).or(known).ok_or(NotTaken)?)?;
                }
                Event::DocType(_) | Event::PI(_) => return Err(NotTaken),
                Event::Decl(_) | Event::Comment(_) => {}
                Event::Eof => break,
            }
        }
        if self.open.is_empty() { self.root.ok_or(NotTaken) } else { Err(NotTaken) }
    }

    fn begin(&mut self, space: &ResolveResult, tag: &BytesStart) -> Result<(), NotTaken> {
        self.elements += 1;
        if self.open.len() >= DEEPEST || self.elements > MAX_ELEMENTS || self.root.is_some() {
            return Err(NotTaken);
        }
        let space = match space {
            // As it is written, so with its escapes, which the answer writes anew.
            ResolveResult::Bound(space) => {
                quick_xml::escape::unescape(space.into_inner()).map_err(|_| NotTaken)?.into_owned()
            }
            ResolveResult::Unbound => String::new(),
            ResolveResult::Unknown(_) => return Err(NotTaken),
        };
        let local = tag.local_name().into_inner().to_owned();
        // It is said again in the answer.
        if local.is_empty() || local.contains(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))) {
            return Err(NotTaken);
        }
        let name = Name { space, local };
        self.open.push(Element { name, attributes: attributes(tag)?, ..Element::default() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), NotTaken> {
        let done = self.open.pop().ok_or(NotTaken)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => self.root = Some(done),
        }
        Ok(())
    }

    fn add(&mut self, text: &str) -> Result<(), NotTaken> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(NotTaken),
        }
        Ok(())
    }
}

fn attributes(tag: &BytesStart) -> Result<Vec<(String, String)>, NotTaken> {
    let mut found = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| NotTaken)?;
        let name = attribute.key.into_inner();
        if found.len() >= MAX_ATTRIBUTES {
            return Err(NotTaken);
        }
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|_| NotTaken)?;
        if !name.contains(':') && name != "xmlns" {
            found.push((name.to_owned(), value.into_owned()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_with_its_namespaces() {
        let sent = "\u{FEFF}<?xml version=\"1.0\"?>\n<d:propfind xmlns:d='DAV:' xmlns='urn:x'><d:prop><d:getetag/>\
                    <photo size='4'>a &lt; b&#33;</photo></d:prop></d:propfind>\n";
        let root = read(sent.as_bytes()).unwrap().unwrap();
        assert!(root.name.is(("DAV:", "propfind")));
        let properties = root.child(("DAV:", "prop")).unwrap();
        assert!(properties.child(("DAV:", "getetag")).is_some());
        let photo = properties.child(("urn:x", "photo")).unwrap();
        assert_eq!((photo.text.as_str(), photo.attribute("size")), ("a < b!", "4"));
        assert_eq!(read(b" \n"), Ok(None));
        let escaped = read(b"<x:a xmlns:x=\"http://x/?a=1&amp;b=2\"/>").unwrap().unwrap();
        assert_eq!(escaped.name.space, "http://x/?a=1&b=2");
        assert_eq!(read(b"<x:a xmlns:x=\"&b;\"/>"), Err(NotTaken));
    }

    #[test]
    fn bombs_and_broken_documents_are_not_taken() {
        let deep = format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000));
        let wide = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS + 1));
        let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><l>&b;</l>";
        let outside = "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>";
        let many = format!("<a {}/>", (0..100).map(|n| format!("a{n}=\"\" ")).collect::<String>());
        for sent in [
            &*deep,
            &wide,
            laughs,
            outside,
            &many,
            "<a>&b;</a>",
            "<a>",
            "<a></b>",
            "</a>",
            "<a/><b/>",
            "text",
            "<a/>text",
            "<x:a/>",
            "<a b=1/>",
            "<a b='&c;'/>",
            "<a\"b/>",
            "<a b='' b=''/>",
            "<a>&#0;&#xFFFFFFFF;</a>",
            "<?php x?><a/>",
            "<",
        ] {
            assert_eq!(read(sent.as_bytes()), Err(NotTaken), "{:.40}", sent);
        }
        assert_eq!(read(b"<a>\xFF</a>"), Err(NotTaken));
    }
}
