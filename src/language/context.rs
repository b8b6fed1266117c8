//! What a page is made in: the language of its texts. The task that answers a request knows it, so no function has to
//! pass it on; a closure for another thread takes it along.

use std::cell::Cell;
use std::future::Future;

use crate::language::Language;

tokio::task_local! {
    static CURRENT: Cell<Context>;
}

/// What a page, or a mail, is made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Context {
    /// The language of its texts.
    pub language: Language,
}

impl Context {
    /// Returns the context of the page that is being made; the default where none is.
    pub fn current() -> Context {
        CURRENT.try_with(Cell::get).unwrap_or_default()
    }

    /// Returns this context with what a member has chosen; an empty tag chooses nothing.
    #[must_use]
    pub fn chosen(self, language: &str) -> Context {
        Context { language: Language::of(language).unwrap_or(self.language) }
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
}
