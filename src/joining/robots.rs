//! Sign-up against robots: a field that people do not see, and a stamp that says when the form was opened. No proof of work:
//! without scripts a browser can do none, and with them it is paid by those with old telephones. No captcha, ever.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::dates::now;
use crate::db::Connection;
use crate::error::Error;
use crate::language::t;
use crate::web::form::{Form, Problems};
use crate::web::registration;

/// The field that people do not see.
pub const TRAP: &str = "website";
/// The field with the stamp.
pub const STAMP: &str = "opened";
/// How long a form may stay open, in seconds.
const LONGEST: i64 = 86_400;

/// Makes the stamp of a form that is opened now.
///
/// # Errors
/// The database's.
pub fn stamp(connection: &mut Connection) -> Result<String, Error> {
    let key = registration::form_key(connection)?;
    let opened = now();
    Ok(format!("{opened}.{}", signature(&key, opened)))
}

/// Makes the stamp of a form that is shown again, by which a person need not wait a second time; nothing where none of ours
/// came with it.
pub fn stamp_again(key: &str, stamp: &str, least_seconds: u32) -> Option<String> {
    signed(key, stamp)?;
    let opened = now() - i64::from(least_seconds);
    Some(format!("{opened}.{}", signature(key, opened)))
}

fn signature(key: &str, opened: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(format!("sign-up {opened}").as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns when the form was opened; nothing where no page of this site says so, or it was too long ago.
fn opened(key: &str, stamp: &str, now: i64) -> Option<i64> {
    let opened = signed(key, stamp)?;
    (now - LONGEST..=now + 60).contains(&opened).then_some(opened)
}

/// Returns when a stamp of this site says that its form was opened.
fn signed(key: &str, stamp: &str) -> Option<i64> {
    let (opened, given) = stamp.split_once('.')?;
    opened.parse().ok().filter(|opened| given == signature(key, *opened))
}

/// Notes what no person does. Each is said, and pressing once more is enough for a person.
pub fn check(form: &Form, problems: &mut Problems, key: &str, least_seconds: u32) {
    if !form.get(TRAP).is_empty() {
        problems.add(
            "password",
            t("A field that people do not see was filled in. It is empty again. Type your password again and press Sign up once more."),
        );
    }
    if least_seconds == 0 {
        return;
    }
    match opened(key, form.get(STAMP), now()) {
        None => problems.add(
            "password",
            t("This form was open for too long. Type your password again and press Sign up once more."),
        ),
        Some(opened) if now() - opened < i64::from(least_seconds) => {
            problems.add(
                "password",
                t("That was quicker than people type. Type your password again and press Sign up once more."),
            );
        }
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(fields: [(&str, &str); 2], least_seconds: u32) -> String {
        let mut problems = Problems::default();
        check(&Form::of(fields), &mut problems, "key", least_seconds);
        problems.of("password").to_owned()
    }

    #[test]
    fn a_stamp_says_when_its_form_was_opened() {
        let stamp = |opened: i64| format!("{opened}.{}", signature("key", opened));
        assert_eq!(opened("key", &stamp(1_000), 1_005), Some(1_000));
        for (key, stamp, at) in [
            ("other", stamp(1_000), 1_005),
            ("key", stamp(1_000), 1_001 + LONGEST),
            ("key", stamp(2_000), 1_000),
            ("key", "1000.".to_owned(), 1_005),
            ("key", stamp(1_000).replace("1000", "0999"), 1_005),
        ] {
            assert_eq!(opened(key, &stamp, at), None, "{key} {stamp} {at}");
        }
    }

    #[test]
    fn a_form_shown_again_is_not_too_quick() {
        let stamp = format!("{}.{}", now(), signature("key", now()));
        assert!(said([(TRAP, ""), (STAMP, &stamp)], 30).contains("quicker than people type"));
        let again = stamp_again("key", &stamp, 30).unwrap();
        assert_eq!(said([(TRAP, ""), (STAMP, &again)], 30), "");
        assert_eq!(stamp_again("other", &stamp, 30), None);
        assert_eq!(stamp_again("key", "", 30), None);
    }

    #[test]
    fn what_no_person_does_is_refused() {
        let stamp = |ago: i64| format!("{}.{}", now() - ago, signature("key", now() - ago));
        assert_eq!(said([(TRAP, ""), (STAMP, &stamp(60))], 2), "");
        assert!(said([(TRAP, ""), (STAMP, &stamp(0))], 30).contains("quicker than people type"));
        assert!(said([(TRAP, ""), (STAMP, "")], 2).contains("open for too long"));
        assert!(said([(TRAP, "x"), (STAMP, &stamp(60))], 2).contains("people do not see"));
        assert!(said([(TRAP, "x"), (STAMP, "")], 0).contains("people do not see"));
        assert_eq!(said([(TRAP, ""), (STAMP, "")], 0), "");
    }
}
