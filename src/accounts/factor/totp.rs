//! Codes of authenticator apps (RFC 6238): SHA-1, six digits, 30 seconds, and one step before and after for clocks that differ.

use qrcode::QrCode;
use qrcode::render::svg;
use totp_rs::{Builder, Secret, Totp};

use crate::dates::now;
use crate::error::Error;
use crate::web::community::NAME;

/// Makes a new secret.
pub fn new_secret() -> Vec<u8> {
    Secret::generate().as_bytes().to_vec()
}

fn of(secret: &[u8], account: &str, site: &str) -> Result<Totp, Error> {
    // A colon parts the two in what an app takes in.
    let (account, site) = (account.replace(':', " "), site.replace(':', " "));
    let builder = Builder::new().with_secret(secret).with_account_name(account).with_issuer(Some(site));
    builder.build().map_err(|why| Error::Internal(format!("no authenticator can be made: {why:?}")))
}

/// Returns the step of the code, where it is one of now and newer than the one that was used last.
///
/// # Errors
/// [`Error::Internal`] where the secret is none.
pub fn step(secret: &[u8], typed: &str, last: i64) -> Result<Option<i64>, Error> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let found = of(secret, "member", NAME)?.check(&digits, now().unsigned_abs());
    Ok(found.and_then(|step| i64::try_from(step).ok()).filter(|step| *step > last))
}

/// What an app takes in.
#[derive(Debug)]
pub struct Setup {
    /// The QR code, as an element of the page.
    pub svg: String,
    /// The key in groups of four.
    pub key: String,
    /// The address that opens an app on this device.
    pub uri: String,
}

impl Setup {
    /// Shows a secret for an account of this name at a site of this name.
    ///
    /// # Errors
    /// [`Error::Internal`] where the secret is none.
    pub fn of(secret: &[u8], account: &str, site: &str) -> Result<Setup, Error> {
        let totp = of(secret, account, site)?;
        let failed = |why: String| Error::Internal(format!("no QR code: {why}"));
        let uri = totp.to_url().map_err(|why| failed(format!("{why:?}")))?;
        let code = QrCode::new(uri.as_bytes()).map_err(|why| failed(why.to_string()))?;
        let svg = code.render::<svg::Color>().module_dimensions(1, 1).build();
        // Inside of a page there is no prolog, and the style sheet says how large it is.
        let svg = svg.split_once("?>").map_or(svg.as_str(), |(_, element)| element).to_owned();
        let key = totp.secret().to_base32();
        let key = key.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
        Ok(Setup { svg: svg.replacen("<svg ", "<svg class=\"qr\" aria-hidden=\"true\" ", 1), key, uri })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_one_of_now_and_is_used_once() {
        let secret = new_secret();
        let at = |seconds: i64| {
            of(&secret, "ada", "Alumni: Aarhus").unwrap().generate((now() + seconds).unsigned_abs()).to_string()
        };
        let found = step(&secret, &at(0), 0).unwrap().unwrap();
        assert!((found - now() / 30).abs() <= 1);
        assert_eq!(step(&secret, &at(0), found).unwrap(), None, "used");
        assert_eq!(step(&secret, &at(-120), 0).unwrap(), None, "old");
        assert_eq!(step(&secret, &at(120), 0).unwrap(), None, "to come");
        let spaced = format!(" {} {} ", &at(0)[..3], &at(0)[3..]);
        assert_eq!(step(&secret, &spaced, 0).unwrap(), Some(found));
        for bad in ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef"] {
            assert_eq!(step(&secret, bad, 0).unwrap(), None, "{bad}");
        }
    }
}
