//! Where letters go: to a mail server, into a folder, or nowhere.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lettre::Message;
use percent_encoding::percent_decode_str;

use super::smtp::{Server, Session};
use crate::error::Error;

/// Where letters go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Transport {
    /// Into a folder, a file a letter.
    Folder(PathBuf),
    /// To a mail server.
    Smtp(Server),
    /// Nowhere: letters are thrown away.
    #[default]
    Off,
}

impl FromStr for Transport {
    type Err = String;

    fn from_str(text: &str) -> Result<Transport, String> {
        let wrong = || "wants file: and a folder, smtp://host:port, smtps://host:port or off".to_owned();
        if text == "off" {
            return Ok(Transport::Off);
        }
        if let Some(folder) = text.strip_prefix("file:").filter(|folder| !folder.is_empty()) {
            return Ok(Transport::Folder(PathBuf::from(folder)));
        }
        let url = url::Url::parse(text).map_err(|_| wrong())?;
        let tls_at_once = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(wrong()),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
        if !matches!(url.path(), "" | "/") || url.query().is_some() {
            return Err(wrong());
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let credentials = (!url.username().is_empty())
            .then(|| (decoded(url.username()), decoded(url.password().unwrap_or_default())));
        // 25 is for servers among themselves; 587 and 465 for those who hand in mail.
        let port = url.port().unwrap_or(if tls_at_once { 465 } else { 587 });
        let host = host.trim_matches(['[', ']']).to_owned();
        Ok(Transport::Smtp(Server { host, port, tls_at_once, credentials }))
    }
}

/// Why a letter was not sent.
#[derive(Debug)]
pub enum Failure {
    /// It never will be.
    Refused(String),
    /// It may be later.
    Deferred(String),
    /// No letter can be sent now.
    Server(String),
}

/// Brings letters, over one conversation as long as it lasts.
pub(super) struct Courier<'a> {
    transport: &'a Transport,
    hello: &'a str,
    session: Option<Session>,
}

impl<'a> Courier<'a> {
    pub(super) fn of(transport: &'a Transport, hello: &'a str) -> Courier<'a> {
        Courier { transport, hello, session: None }
    }

    /// Sees to it that letters can be sent.
    pub(super) fn get_ready(&mut self) -> Result<(), Error> {
        match self.transport {
            Transport::Off => Ok(()),
            Transport::Folder(folder) => make_folder(folder)
                .map_err(|why| Error::Unavailable(format!("cannot write into {}: {why}", folder.display()))),
            Transport::Smtp(_) if self.session.is_some() => Ok(()),
            Transport::Smtp(server) => {
                self.session = Some(Session::open(server, self.hello)?);
                Ok(())
            }
        }
    }

    /// Sends a letter under the name of its row.
    pub(super) fn send(&mut self, name: &str, letter: &Message) -> Result<(), Failure> {
        match self.transport {
            Transport::Off => Ok(()),
            Transport::Folder(folder) => write(folder, name, letter).map_err(|why| Failure::Server(why.to_string())),
            Transport::Smtp(_) => {
                let closed = || Failure::Server("the connection is closed".into());
                let envelope = letter.envelope();
                let to = envelope.to().first().ok_or_else(|| Failure::Refused("it goes to nobody".into()))?;
                let from = envelope.from().ok_or_else(closed)?;
                let mut session = self.session.take().ok_or_else(closed)?;
                session.send(from, to, &letter.formatted())?;
                self.session = Some(session);
                Ok(())
            }
        }
    }
}

impl Drop for Courier<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            session.close();
        }
    }
}

/// Makes a folder that is its owner's alone: links in letters open accounts.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Writes a letter in one step, under the same name however often it is tried.
fn write(folder: &Path, name: &str, letter: &Message) -> std::io::Result<()> {
    let (half, whole) = (folder.join(format!(".{name}")), folder.join(format!("{name}.eml")));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&half)?;
    file.write_all(&letter.formatted())?;
    file.sync_all()?;
    std::fs::rename(half, whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_is_written_as_the_manual_says() {
        let server = |text: &str| match text.parse() {
            Ok(Transport::Smtp(server)) => server,
            other => panic!("{text}: {other:?}"),
        };
        let plain = server("smtp://mail.example.org:2525");
        assert_eq!((plain.host.as_str(), plain.port, plain.tls_at_once), ("mail.example.org", 2525, false));
        let with_password = server("smtps://ada%40example.org:p%40ss@mail.example.org");
        assert_eq!((with_password.port, with_password.tls_at_once), (465, true));
        assert_eq!(with_password.credentials, Some(("ada@example.org".into(), "p@ss".into())));
        assert_eq!(server("smtp://[::1]:25").host, "::1");
        assert_eq!("off".parse(), Ok(Transport::Off));
        assert_eq!("file:mail".parse(), Ok(Transport::Folder("mail".into())));
        for wrong in ["", "mail", "file:", "http://mail.example.org", "smtp://", "smtp://host/path", "On"] {
            assert!(wrong.parse::<Transport>().is_err(), "{wrong}");
        }
    }
}
