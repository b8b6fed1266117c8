//! Connections by TLS, for whoever puts no proxy in front.

use std::io::{self, IoSlice};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::rt::time::timeout;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;

use super::HEAD_TIMEOUT;
use super::connections::Held;
use super::stream::Stream;
use crate::error::Error;

/// The certificate and the key by which a site is served. Clones share them.
#[derive(Clone)]
pub struct Tls(Arc<ServerConfig>);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

impl Tls {
    /// Reads a certificate, with those that lead to its authority behind it, and its key, each a file in the PEM format.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where they cannot be read, or do not belong together.
    pub fn load(certificate: &Path, key: &Path) -> Result<Tls, Error> {
        let of_certificate = |why: String| {
            Error::Unavailable(format!("--tls-cert (AMICABLE_TLS_CERT), {}: {why}", certificate.display()))
        };
        let of_key =
            |why: String| Error::Unavailable(format!("--tls-key (AMICABLE_TLS_KEY), {}: {why}", key.display()));
        let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain =
            chain.map_err(|why| of_certificate(in_words(&why, "certificate", "-----BEGIN CERTIFICATE-----")))?;
        if chain.is_empty() {
            return Err(of_certificate(in_words(
                &pem::Error::NoItemsFound,
                "certificate",
                "-----BEGIN CERTIFICATE-----",
            )));
        }
        let secret = PrivateKeyDer::from_pem_file(key);
        let secret = secret.map_err(|why| of_key(in_words(&why, "private key", "-----BEGIN PRIVATE KEY-----")))?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map(|builder| builder.with_no_client_auth())
            .and_then(|builder| builder.with_single_cert(chain, secret));
        let mut config = config.map_err(|why| match why {
            rustls::Error::InconsistentKeys(_) => of_key(format!(
                "this is not the key of the certificate {} (--tls-cert); name the two that were made together",
                certificate.display()
            )),
            why => of_certificate(format!("the site cannot be served with this certificate and its key: {why}")),
        })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Tls(Arc::new(config)))
    }
}

/// Says what is wrong with a file that is to hold something in the PEM format, and what is wanted.
fn in_words(why: &pem::Error, what: &str, begins: &str) -> String {
    match why {
        pem::Error::NoItemsFound => {
            format!("there is no {what} in it; it wants a file in the PEM format, which has a line {begins}")
        }
        pem::Error::Io(why) => format!("cannot be read: {why}"),
        why => format!("there is no {what} in it that can be read: {why}; it wants a file in the PEM format"),
    }
}

/// A connection, by TLS or not.
pub(super) enum Io {
    Plain(Stream),
    Secured(Box<TlsStream<Stream>>),
}

impl Io {
    /// Takes up a connection, by TLS where the site is served so.
    pub(super) async fn of(stream: Stream, tls: Option<Tls>) -> io::Result<Io> {
        let Some(Tls(config)) = tls else { return Ok(Io::Plain(stream)) };
        let shaken = timeout(HEAD_TIMEOUT, TlsAcceptor::from(config).accept(stream)).await;
        let shaken = shaken.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no TLS handshake"))?;
        Ok(Io::Secured(Box::new(shaken?)))
    }

    fn stream(&self) -> &Stream {
        match self {
            Io::Plain(stream) => stream,
            Io::Secured(stream) => stream.get_ref().0,
        }
    }

    /// What is known of it.
    pub(super) fn held(&self) -> Arc<Held> {
        self.stream().held.clone()
    }
}

/// Calls a method of whichever it is.
macro_rules! each {
    ($io:expr, |$stream:ident| $call:expr) => {
        match $io.get_mut() {
            Io::Plain(stream) => {
                let $stream = Pin::new(stream);
                $call
            }
            Io::Secured(stream) => {
                let $stream = Pin::new(stream.as_mut());
                $call
            }
        }
    };
}

impl AsyncRead for Io {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        each!(self, |stream| stream.poll_read(context, into))
    }
}

impl AsyncWrite for Io {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        each!(self, |stream| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        each!(self, |stream| stream.poll_write_vectored(context, parts))
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Io::Plain(stream) => stream.is_write_vectored(),
            Io::Secured(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, |stream| stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, |stream| stream.poll_shutdown(context))
    }
}
