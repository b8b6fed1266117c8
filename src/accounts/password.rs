//! Passwords: argon2id with OWASP's parameters (m = 19 MiB, t = 2, p = 1), off the async threads, as many at once as
//! there are cores.

use std::sync::LazyLock;

use actix_web::web;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use unicode_normalization::UnicodeNormalization;

use crate::accounts::turns::{Place, Turn, Turns};
use crate::accounts::{email, guessable};
use crate::error::Error;
use crate::language::{number, t, tf, tnf};
use crate::limits::Subject;
use crate::web::form::{Form, Problems};

/// The least characters of a password, as NIST SP 800-63B has it where nothing else protects the account, less what
/// members put up with.
pub const LEAST: usize = 10;
const MAX_LENGTH: usize = 200;

/// A password's hash, in the PHC string format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashed(String);

impl Hashed {
    /// A hash as it was stored.
    pub(crate) fn stored(text: String) -> Hashed {
        Hashed(text)
    }

    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Others wait: each takes 19 MiB and a core.
static TURNS: LazyLock<Turns> =
    LazyLock::new(|| Turns::new(std::thread::available_parallelism().map_or(1, std::num::NonZero::get)));

/// What is compared with where there is no member, so that an unknown address takes as long as a wrong password.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_now("nobody's password").map(|hash| hash.0).unwrap_or_default());

/// Reads and checks a new password, which is never shown again. It must not be the e-mail address, nor what is guessed first:
/// `full_name` is what people know besides.
pub fn new(form: &Form, problems: &mut Problems, field: &str, (email, full_name): (&str, &str)) -> String {
    let password = enforced(form.get(field));
    let length = password.chars().count();
    if length == 0 {
        problems.add(field, tf("Type a password of at least {least} characters.", number(LEAST)));
    } else if length < LEAST {
        problems.add(
            field,
            tnf(
                length,
                "The password has {n} character; it needs at least {least}.",
                "The password has {n} characters; it needs at least {least}.",
                number(LEAST),
            ),
        );
    } else if length > MAX_LENGTH {
        problems.add(
            field,
            tf("The password has {length} characters; {most} is the most.", (&number(length), &number(MAX_LENGTH))),
        );
    } else if password.contains(|c: char| c.is_control() || c == '\u{FFFD}') {
        let label = t("Password");
        problems.add(field, tf("{label} contains a control character; please type it again.", label));
    } else if password.trim().is_empty() || email::key(&password) == email::key(email) {
        problems.add(field, t("The password is your e-mail address, or nothing but spaces. Choose another."));
    } else if let Some(why) = guessable::why(&password, &[email, full_name]) {
        problems.add(field, why);
    }
    password
}

/// Returns a password in the one form that RFC 8265 (OpaqueString) gives it, so that it is the same from every keyboard:
/// every space is a plain one, and letters are composed. Case and width stay.
fn enforced(password: &str) -> String {
    let is_space =
        |c| matches!(c, '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}');
    password.chars().map(|c| if is_space(c) { ' ' } else { c }).nfc().collect()
}

/// Hashes a password, waiting for its turn.
///
/// # Errors
/// [`Error::Unavailable`] where the machine has no randomness or memory.
pub async fn hash(password: String, of: impl Into<Place>) -> Result<Hashed, Error> {
    in_turn(of, move || hash_now(&password)).await?
}

/// Works when it is this one's turn, which lasts as long as the work does, be there still anybody who waits for it or not.
async fn in_turn<T: Send + 'static>(
    of: impl Into<Place>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    work_in(turn(of).await?, work).await.map(|(done, _)| done)
}

async fn work_in<T: Send + 'static>(turn: Turn, work: impl FnOnce() -> T + Send + 'static) -> Result<(T, Turn), Error> {
    Ok(web::block(move || (work(), turn)).await?)
}

/// Waits for a turn to compare passwords, in the queue of a place.
///
/// # Errors
/// [`Error::Busy`] where too many wait already.
pub async fn turn(of: impl Into<Place>) -> Result<Turn, Error> {
    TURNS.wait(of.into()).await
}

/// Returns how many wait in the queue of a place who have not hung up.
pub fn waiting(of: &Subject) -> usize {
    TURNS.waiting_of(of)
}

/// [`hash`] for the command line.
///
/// # Errors
/// As [`hash`].
pub fn hash_now(password: &str) -> Result<Hashed, Error> {
    let hash = Argon2::default().hash_password(enforced(password).as_bytes());
    Ok(Hashed(hash.map_err(|why| Error::Unavailable(why.to_string()))?.to_string()))
}

/// Whether a password is the one of a hash; with no hash it takes as long and is never.
///
/// # Errors
/// [`Error::Unavailable`] where the work cannot be done.
pub async fn matches(password: String, stored: Option<String>, of: impl Into<Place>) -> Result<bool, Error> {
    in_turn(of, move || matches_now(&password, stored)).await
}

fn matches_now(password: &str, stored: Option<String>) -> bool {
    let known = stored.is_some();
    let stored = stored.unwrap_or_else(|| NOBODY.clone());
    let Ok(hash) = PasswordHash::new(&stored) else { return false };
    Argon2::default().verify_password(enforced(password).as_bytes(), &hash).is_ok() && known
}

/// Returns which of these hashes is of a password, if one is, on behalf of whoever has their turn. Where none is, it takes as long
/// as `comparisons` do, however few there are, so that nobody learns how many accounts an address has.
///
/// # Errors
/// [`Error::Unavailable`] where the work cannot be done.
pub async fn which_in(
    turn: Turn,
    password: String,
    stored: Vec<String>,
    comparisons: usize,
) -> Result<Option<usize>, Error> {
    let compare = move || first_that(&stored, comparisons, |stored| matches_now(&password, stored));
    work_in(turn, compare).await.map(|(found, _)| found)
}

/// Returns the place of the first hash that matches, after as many comparisons as there are hashes, and at least so many.
fn first_that(stored: &[String], comparisons: usize, mut matches: impl FnMut(Option<String>) -> bool) -> Option<usize> {
    (0..stored.len().max(comparisons)).find(|at| matches(stored.get(*at).cloned()))
}

/// Makes what takes time at the first sign-in beforehand.
pub fn prepare() {
    LazyLock::force(&NOBODY);
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;
    use crate::ids::MemberId;

    #[test]
    fn a_password_is_the_same_from_every_keyboard() {
        assert_eq!(enforced("cafe\u{301} au\u{A0}lait\u{3000}"), "café au lait ");
        assert_eq!(enforced("Ｆｕｌｌ Case"), "Ｆｕｌｌ Case");
        let said = |password: &str| {
            let mut problems = Problems::default();
            new(&Form::of([("password", password)]), &mut problems, "password", ("ada@example.org", "Ada Ruiz"));
            problems.of("password").to_owned()
        };
        // Letters are counted with their accents.
        assert!(!said(&"e\u{301}".repeat(LEAST)).contains("at least"));
        assert!(said(&"e\u{301}".repeat(LEAST - 1)).contains("at least 10"));
        assert_eq!(said(""), "Type a password of at least 10 characters.");
        assert!(said("a quiet\u{7}password").contains("control character"));
        assert!(said("mailto:Ada@example.org").contains("is your e-mail address"));
        assert!(said("").contains("at least 10"));
    }

    #[test]
    fn a_wrong_password_is_compared_as_often_whatever_there_is() {
        for stored in 0..=6 {
            let (stored, mut comparisons) = (vec![String::new(); stored], 0);
            let mut wrong = |_| {
                comparisons += 1;
                false
            };
            assert_eq!((first_that(&stored, 6, &mut wrong), comparisons), (None, 6), "{}", stored.len());
        }
        let right = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(first_that(&right, 6, |stored| stored.as_deref() == Some("b")), Some(1));
    }

    #[test]
    fn a_turn_lasts_as_long_as_the_work_though_nobody_waits_for_it() {
        actix_web::rt::System::new().block_on(async {
            let (end, until) = mpsc::channel::<()>();
            let turns = Turns::new(1);
            let turn = turns.wait(Subject::member(MemberId::new(1)).into()).await.unwrap();
            let work = work_in(turn, move || until.recv());
            assert!(actix_web::rt::time::timeout(Duration::from_millis(50), work).await.is_err(), "hung up");
            let next = turns.wait(Subject::member(MemberId::new(2)).into());
            assert!(actix_web::rt::time::timeout(Duration::from_millis(50), next).await.is_err(), "too early");
            drop(end);
            assert!(turns.wait(Subject::member(MemberId::new(2)).into()).await.is_ok());
        });
    }
}
