//! What a browser asks for, and in which language a request is answered.

use std::cell::Cell;
use std::future::Future;

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{AcceptLanguage, Header};

use crate::language::{CURRENT, Language};

/// Does something in a language, until [`chosen`] says that the member chose another.
pub async fn speaking<F: Future>(language: Language, future: F) -> F::Output {
    CURRENT.scope(Cell::new(language), future).await
}

/// [`speaking`] for what does not wait: on the thread of a database, say.
pub fn in_language<T>(language: Language, make: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(Cell::new(language), make)
}

/// The member who looks has chosen this language, if it is one.
pub fn chosen(tag: &str) {
    if let Some(language) = Language::of(tag) {
        // Outside of a request there is nothing to set.
        let _ = CURRENT.try_with(|current| current.set(language));
    }
}

/// The first of the browser's languages that is here.
pub fn asked_for(request: &ServiceRequest) -> Option<Language> {
    let wanted = AcceptLanguage::parse(request).ok()?;
    wanted.ranked().iter().find_map(|tag| Language::of(tag.item()?.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_best_of_the_browsers_languages_that_is_here_is_taken() {
        let asked = |header: &str| {
            asked_for(&TestRequest::default().insert_header(("Accept-Language", header)).to_srv_request())
        };
        assert_eq!(asked("de-AT,de;q=0.9,en;q=0.5"), Some(Language::German));
        assert_eq!(asked("nl, fr-CA;q=0.4, es;q=0.6"), Some(Language::Spanish));
        assert_eq!(asked("ar"), Some(Language::Arabic));
        assert_eq!(asked("nl, *;q=0.1"), None);
        assert_eq!(asked("what is this?"), None);
    }
}
