//! Links in a message, found without changing a letter of it.

use linkify::{LinkFinder, LinkKind};

/// A part of a message: plain, or a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What is read.
    pub text: String,
    /// Whether it leads where it says.
    pub is_link: bool,
}

/// Cuts a text into links and what stands between them. Only web addresses that begin with their scheme are links: no other
/// scheme is safe to press, and what is read is where it leads.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let piece = |span: linkify::Span| {
        let is_link = span.kind().is_some() && is_web(span.as_str());
        Piece { text: span.as_str().to_owned(), is_link }
    };
    finder.spans(text).map(piece).collect()
}

fn is_web(address: &str) -> bool {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    scheme.is_some_and(|scheme| matches!(scheme.as_str(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<String> {
        pieces(text).into_iter().filter(|piece| piece.is_link).map(|piece| piece.text).collect()
    }

    #[test]
    fn only_web_addresses_are_links() {
        assert_eq!(
            links("See https://a.example/x?y=1, or HTTP://b.example."),
            ["https://a.example/x?y=1", "HTTP://b.example"]
        );
        for text in
            ["javascript://a.example/%0aalert(1)", "data:text/html,x", "file:///etc", "a.example", "ada@a.example"]
        {
            assert!(links(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn no_letter_is_lost() {
        let text = "<b>(https://a.example/ä)</b>\n\"https://b.example\" end";
        assert_eq!(pieces(text).into_iter().map(|piece| piece.text).collect::<String>(), text);
    }
}
