//! What a page is made in: the language of its texts and the time zone of its days. The task that answers a request
//! knows it, so no function has to pass it on; a closure for another thread takes it along.

use std::cell::Cell;
use std::future::Future;

use crate::language::Language;
use crate::time_zone::Zone;

tokio::task_local! {
    static CURRENT: Cell<Context>;
}

/// What a page, or a mail, is made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Context {
    /// The language of its texts.
    pub language: Language,
    /// Where its days begin and end.
    pub zone: Zone,
    /// The site's own zone, for whoever has chosen none.
    site_zone: Zone,
}

impl Context {
    /// Returns the context of whoever is not known yet.
    pub fn new(language: Language, site_zone: Zone) -> Context {
        Context { language, zone: site_zone, site_zone }
    }

    /// Returns the context of the page that is being made; the default where none is.
    pub fn current() -> Context {
        CURRENT.try_with(Cell::get).unwrap_or_default()
    }

    /// Returns the context of another member, by the language and the zone that they have chosen; either may be empty.
    pub fn of(language: &str, zone: &str) -> Context {
        Context::new(Language::default(), Context::current().site_zone).chosen(language, zone)
    }

    /// Returns this context with what a member has chosen. No language is the browser's, no zone the site's.
    #[must_use]
    pub fn chosen(self, language: &str, zone: &str) -> Context {
        Context {
            language: Language::of(language).unwrap_or(self.language),
            zone: zone.parse().unwrap_or(self.site_zone),
            site_zone: self.site_zone,
        }
    }

    /// Makes this the context of the page that is being made.
    pub fn set(self) {
        // Outside of a request there is no page.
        let _ = CURRENT.try_with(|current| current.set(self));
    }

    /// Answers a request in this context, until [`Context::set`] names another.
    pub async fn around<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(Cell::new(self), future).await
    }

    /// Runs a closure in this context: on the thread of a database, or to write to another member.
    pub fn within<T>(self, make: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(Cell::new(self), make)
    }

    /// Returns the site's own zone.
    pub fn site_zone(self) -> Zone {
        self.site_zone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::listed;

    #[test]
    fn names_are_listed_with_the_comma_of_the_language() {
        let listed = |language| Context::new(language, Zone::default()).within(|| listed(["Ada", "Ben"]));
        assert_eq!([Language::German, Language::Arabic].map(listed), ["Ada, Ben", "Ada، Ben"]);
    }

    #[test]
    fn another_member_has_a_context_of_their_own() {
        let zone = |name: &str| name.parse::<Zone>().unwrap();
        let viewer = Context::new(Language::English, zone("Europe/Berlin")).chosen("de", "Asia/Tokyo");
        viewer.within(|| {
            assert_eq!(Context::current().zone, zone("Asia/Tokyo"));
            let other = Context::of("fr", "");
            assert_eq!((other.language, other.zone), (Language::French, zone("Europe/Berlin")));
            assert_eq!(Context::of("", "America/Lima").language, Language::English);
        });
    }
}
