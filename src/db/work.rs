//! Work on a connection, whatever it answers: so that what queues, tries again and commits is compiled once, and not for each of
//! the hundreds of things that a site asks its database.

use std::any::Any;

use crate::db::Connection;
use crate::error::Error;

/// Work that answers to whoever made it, and says here how it went. It may be run more than once.
pub(super) type Work<'a> = dyn FnMut(&mut Connection) -> Result<(), Error> + 'a;

/// An answer of which only those know the kind who asked for it and who gave it.
pub(super) type Answer = Box<dyn Any + Send>;

/// Lets work be run, and returns what it answered in its last run.
pub(super) fn answered<T>(
    mut f: impl FnMut(&mut Connection) -> Result<T, Error>,
    run: impl FnOnce(&mut Work<'_>) -> Result<(), Error>,
) -> Result<T, Error> {
    let mut answer = None;
    run(&mut |connection| {
        answer = Some(f(connection)?);
        Ok(())
    })?;
    answer.ok_or_else(not_run)
}

/// [`answered`] for work that can be run only once.
pub(super) fn answered_once<T>(
    f: impl FnOnce(&mut Connection) -> Result<T, Error>,
    run: impl FnOnce(&mut Work<'_>) -> Result<(), Error>,
) -> Result<T, Error> {
    let mut once = Some(f);
    answered(move |connection| once.take().ok_or_else(not_run)?(connection), run)
}

/// Hides what kind of answer it is.
pub(super) fn hidden<T: Send + 'static>(answer: T) -> Answer {
    Box::new(answer)
}

/// Returns an answer as the kind that was asked for.
pub(super) fn shown<T: 'static>(answer: Answer) -> Result<T, Error> {
    match answer.downcast() {
        Ok(answer) => Ok(*answer),
        Err(_) => Err(Error::Internal("the answer to something else".into())),
    }
}

fn not_run() -> Error {
    Error::Unavailable("the work was not run".into())
}
