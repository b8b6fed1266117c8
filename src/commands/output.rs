//! What commands print. Whoever reads it may have seen enough, as `head` has: then nothing more is printed, and the command still
//! does all that it was asked for.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stderr, stdout};

use amicable::error::Error;

/// Prints a line to the standard output.
///
/// # Errors
/// [`Error::Unavailable`] where it cannot be written, other than because nobody reads it.
macro_rules! say {
    ($($text:tt)*) => { $crate::commands::output::line(format_args!($($text)*)) };
}
pub(crate) use say;

/// [`say`] of a text.
pub fn line(text: Arguments) -> Result<(), Error> {
    match writeln!(stdout().lock(), "{text}") {
        Err(why) if why.kind() != ErrorKind::BrokenPipe => {
            Err(Error::Unavailable(format!("cannot write to the standard output: {why}")))
        }
        _ => Ok(()),
    }
}

/// Says why a command failed. Where nobody can be told, its status says it.
pub fn complain(why: &str) {
    note(format_args!("amicable: {why}\n"));
}

/// Writes to whoever runs the command, beside what it prints.
pub fn note(text: Arguments) {
    let _ = stderr().lock().write_fmt(text);
}
