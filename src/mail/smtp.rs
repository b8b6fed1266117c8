//! One conversation with a mail server, command by command, so that it is known what a refusal is about.

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};

use super::transport::Failure;
use crate::error::Error;

/// How long the server may take for an answer.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Where a mail server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether TLS begins at once; else it does where the server offers it.
    pub tls_at_once: bool,
    /// Name and password, where the server wants them.
    pub credentials: Option<(String, String)>,
}

pub(super) struct Session(SmtpConnection);

impl Session {
    /// Opens a conversation, up to where letters can be sent.
    pub(super) fn open(server: &Server, hello: &str) -> Result<Session, Error> {
        let failed = |why: &dyn std::fmt::Display| {
            Error::Unavailable(format!("the mail server {}:{} does not work: {why}", server.host, server.port))
        };
        let hello = ClientId::Domain(hello.to_owned());
        let tls = TlsParameters::new(server.host.clone()).map_err(|why| failed(&why))?;
        let at_once = server.tls_at_once.then_some(&tls);
        let address = (server.host.as_str(), server.port);
        let connected = SmtpConnection::connect(address, Some(TIMEOUT), &hello, at_once.cloned().as_ref(), None);
        let mut connection = connected.map_err(|why| failed(&why))?;
        // On this machine certificates are seldom good, and nobody listens.
        if !server.tls_at_once && !is_here(&server.host) && connection.can_starttls() {
            connection.starttls(&tls, &hello).map_err(|why| failed(&why))?;
        }
        if let Some((user, password)) = &server.credentials {
            if !connection.is_encrypted() && !is_here(&server.host) {
                return Err(failed(&"it offers no TLS, and a password is not sent without"));
            }
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(DEFAULT_MECHANISMS, &credentials).map_err(|why| failed(&why))?;
        }
        Ok(Session(connection))
    }

    /// Sends a letter. After a failure the conversation is over.
    pub(super) fn send(&mut self, from: &Address, to: &Address, letter: &[u8]) -> Result<(), Failure> {
        let sent = self.talk(from, to, letter);
        if sent.is_err() {
            self.0.abort();
        }
        sent
    }

    fn talk(&mut self, from: &Address, to: &Address, letter: &[u8]) -> Result<(), Failure> {
        let parameters = self.parameters(from, to, letter)?;
        // What is wrong with the sender is wrong with every letter.
        let server = |why: lettre::transport::smtp::Error| Failure::Server(why.to_string());
        self.0.command(Mail::new(Some(from.clone()), parameters)).map_err(server)?;
        self.0.command(Rcpt::new(to.clone(), Vec::new())).map_err(of_letter)?;
        self.0.command(Data).map_err(of_letter)?;
        // Where the connection breaks after the last line and before the answer, the server may have taken the letter: this
        // one letter is then sent again, and arrives twice, under the same Message-ID.
        self.0.message(letter).map_err(of_letter)?;
        Ok(())
    }

    fn parameters(&self, from: &Address, to: &Address, letter: &[u8]) -> Result<Vec<MailParameter>, Failure> {
        let offers = |extension| self.0.server_info().supports_feature(extension);
        let mut parameters = Vec::new();
        if ![from, to].iter().all(|address| AsRef::<str>::as_ref(*address).is_ascii()) {
            if !offers(Extension::SmtpUtfEight) {
                return Err(Failure::Refused(
                    "the server takes no addresses in other letters than English ones".into(),
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !letter.is_ascii() {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok(parameters)
    }

    /// Ends the conversation as is polite.
    pub(super) fn close(mut self) {
        let _ = self.0.quit();
    }
}

fn of_letter(why: lettre::transport::smtp::Error) -> Failure {
    // The answer may name the address, so only its number is logged.
    let code = why.status().map_or_else(|| "the connection broke".to_owned(), |code| format!("answered {code}"));
    if why.is_permanent() { Failure::Refused(code) } else { Failure::Deferred(code) }
}

fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
