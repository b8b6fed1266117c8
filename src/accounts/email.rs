//! E-mail addresses: what comes along with pasting is taken off, and different spellings of one address are one.

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text::is_invisible;

/// Begins the address of a link.
const MAILTO: &str = "mailto:";

/// Signs with which the addresses of some people begin.
const OWN_SIGNS: &str = "_+-";

/// Takes off what is no part of an address: `mailto:`, a name before angle brackets, quotation marks, any punctuation
/// around it, and what cannot be seen. What is no address stays as it is, to be refused.
pub fn tidy(typed: &str) -> String {
    let seen: String = typed.chars().filter(|c| !is_dropped(*c)).nfkc().collect();
    let mut text = between_brackets(seen.trim());
    // Programs for mail and for notes put it into brackets behind a name, or behind the address itself.
    if let Some(at) = text.to_ascii_lowercase().rfind(MAILTO) {
        let address = text[at + MAILTO.len()..].split(['?', ')', ']', '>']).next().unwrap_or_default();
        text = percent_decode_str(address).decode_utf8().map_or_else(|_| address.to_owned(), |text| text.into_owned());
    }
    let text = without_ends(&text);
    let Some((local, domain)) = text.rsplit_once('@') else { return text.to_owned() };
    let domain: String = domain.trim_start().nfc().flat_map(char::to_lowercase).collect();
    let local: String = local.trim_matches(|c: char| c == '"' || c.is_whitespace()).nfc().collect();
    format!("{local}@{domain}")
}

/// Returns what identifies an address: of a [`tidy`] one, without case, the domain as DNS has it.
pub fn key(email: &str) -> String {
    let email = tidy(email);
    let lower = |text: &str| text.nfc().flat_map(char::to_lowercase).nfc().collect::<String>();
    match email.rsplit_once('@') {
        Some((local, domain)) => {
            let ascii = ascii(domain).unwrap_or_else(|| lower(domain));
            format!("{}@{ascii}", lower(local))
        }
        None => lower(&email),
    }
}

/// Returns an address with its domain as people read it, where it is written as DNS has it; nothing where it is not.
pub fn in_letters(email: &str) -> Option<String> {
    let (local, domain) = email.rsplit_once('@')?;
    let is_encoded = domain.to_ascii_lowercase().contains("xn--");
    let domain = Some(domain).filter(|_| is_encoded).map(url::quirks::domain_to_unicode);
    domain.filter(|domain| !domain.is_empty()).map(|domain| format!("{local}@{domain}"))
}

/// Whether a [`tidy`] address looks like one, as far as that can be known without writing to it.
pub fn is_whole(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    let odd = |c: char| c.is_whitespace() || c.is_control() || "\"(),:;<>@[\\]".contains(c);
    // RFC 5321, 4.5.3.1, and RFC 5322, 3.4.1: what no mail can be written to.
    let local_is = local.len() <= 64 && !local.contains(odd) && local.split('.').all(|part| !part.is_empty());
    let named = domain.split(is_dot).filter(|label| !label.is_empty()).all(is_name);
    let labels = |ascii: &str| ascii.len() <= 253 && ascii.split('.').count() > 1 && ascii.split('.').all(is_label);
    local_is && named && ascii(domain).is_some_and(|domain| labels(&domain))
}

/// Whether a part of a domain has letters, digits and hyphens alone, of any script, and none of the hyphens at an end.
fn is_name(label: &str) -> bool {
    let may_stand = |c: char| c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '-' | '·' | '・');
    label.chars().all(may_stand) && !label.starts_with('-') && !label.ends_with('-')
}

/// The full stops that part a domain, of any script.
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '。' | '．' | '｡')
}

/// The domain as DNS has it: `bücher.example` is `xn--bcher-kva.example`.
fn ascii(domain: &str) -> Option<String> {
    match url::Host::parse(domain).ok()? {
        url::Host::Domain(ascii) => Some(ascii),
        _ => None,
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
}

/// What stands between the last angle brackets, if that is an address; else everything.
fn between_brackets(text: &str) -> String {
    let inner = text.rsplit_once('<').map(|(_, rest)| rest.split('>').next().unwrap_or(rest));
    inner.filter(|inner| inner.contains('@')).unwrap_or(text).trim().to_owned()
}

/// Takes off the punctuation around an address.
fn without_ends(text: &str) -> &str {
    let whole = text.trim_end_matches(|c| is_around(c) || is_behind(c));
    let (text, behind) = (whole.trim_start_matches(is_around), &text[whole.len()..]);
    let begun = text.trim_start_matches(is_before);
    if !begun.starts_with(char::is_alphanumeric) {
        return text;
    }
    // Some addresses begin with such a sign; where it stands behind too, it is the emphasis of Markdown.
    let before = &text[..text.len() - begun.len()];
    let own = before.trim_end_matches(|c| OWN_SIGNS.contains(c) && !behind.contains(c));
    &text[own.len()..]
}

/// What stands before an address that is pasted, such as the bullet of a list. With a dot, none begins that is one.
fn is_before(c: char) -> bool {
    is_behind(c) && c != '.'
}

fn is_around(c: char) -> bool {
    c.is_whitespace() || "<>()[]{}\"'“”„‟‘’‚«»‹›`¿¡".contains(c)
}

/// What no domain ends with.
fn is_behind(c: char) -> bool {
    !(c.is_alphanumeric() || is_combining_mark(c) || c == '@')
}

/// Control characters, and what is never seen.
fn is_dropped(c: char) -> bool {
    c.is_control() && !c.is_whitespace() || is_invisible(c) || c == '\u{FFFD}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_pasting_is_taken_off() {
        for typed in [
            "ada@example.org",
            "  ada@example.org \n",
            "mailto:ada@example.org",
            "<MAILTO:ada%40example.org?subject=Hello>",
            "Ada Ruiz <ada@example.org>",
            "\"Ruiz, Ada\" <ada@example.org>;",
            "'ada@example.org',",
            "“ada@example.org”.",
            "(ada@example.org)",
            "\u{200B}ada@\u{AD}example.org\u{FEFF}",
            "ada@EXAMPLE.org.",
            "\"ada\"@example.org",
            "ada＠example.org",
            "ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ",
            "Ada Ruiz [mailto:ada@example.org]",
            "Ada Ruiz [mailto:ada@example.org] ",
            "[ada@example.org](mailto:ada@example.org)",
            "\u{3164}a\u{115F}da\u{FFA0}@exa\u{17B4}mple\u{180B}.org\u{2800}\u{E0100}",
            "ada@example.org¿",
            "¿ada@example.org?",
            "ada@example.org …",
            "ada@example.org/",
            "*ada@example.org*",
            "**_ada@example.org_**",
            "_ada@example.org_,",
            "→ada@example.org",
            "•ada@example.org",
            "- ada@example.org",
            ":ada@example.org",
            "#ada@example.org",
            "mailto://ada@example.org",
            "mailto:*ada@example.org*",
        ] {
            assert_eq!(tidy(typed), "ada@example.org", "{typed:?}");
            assert!(is_whole(&tidy(typed)));
        }
    }

    #[test]
    fn an_address_keeps_the_sign_with_which_it_begins() {
        for address in ["_x@example.org", "+x@example.org", "-x-@example.org", "__x__@example.org", "_-x@example.org"] {
            for typed in [address.to_owned(), format!("<{address}>"), format!("* {address}."), format!("*{address}*")] {
                assert_eq!(tidy(&typed), address, "{typed:?}");
                assert!(is_whole(&tidy(&typed)));
            }
        }
    }

    #[test]
    fn spellings_of_one_address_have_one_key() {
        let key_of = key("josé@bücher.example");
        assert_eq!(key_of, "josé@xn--bcher-kva.example");
        for typed in [
            "JOSÉ@Bücher.Example",
            "jose\u{301}@bu\u{308}cher.example",
            "josé@XN--BCHER-KVA.example",
            "josé@bücher。example",
        ] {
            assert_eq!(key(typed), key_of, "{typed}");
        }
    }

    #[test]
    fn a_domain_is_read_in_its_letters() {
        assert_eq!(in_letters("ada@XN--BCHER-KVA.example").as_deref(), Some("ada@bücher.example"));
        for email in ["ada@example.org", "ada@bücher.example", "xn--ada@example.org", "xn--ada"] {
            assert_eq!(in_letters(email), None, "{email}");
        }
    }

    #[test]
    fn what_is_no_address_is_not_whole() {
        for typed in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@example",
            "ada ruiz@example.org",
            "ada@exa mple.org",
            "a@b@example.org",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
            "ada@.org",
            "ada@example..org",
            "a,b@example.org",
            "ada@exam¿ple.org",
            "ada@exam/ple.org",
            "ada@-example.org",
            "ada@example.org@",
            ".ada@example.org",
            "@ada@example.org",
            "a..da@example.org",
            "ada.@example.org@example.org",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org",
        ] {
            assert!(!is_whole(&tidy(typed)), "{typed:?}");
        }
        assert!(is_whole("o'neill+list@sub.example.org") && is_whole("用户@例え.テスト"));
    }
}
