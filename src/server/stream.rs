//! A connection as the server reads and writes it: one that stands still while it is written to is closed, and one whose room
//! others need.

use std::future::Future;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use actix_web::rt::time::{Sleep, sleep};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connections::{Connections, Held};

/// How long a client may read nothing of what it was sent.
const STALLED: Duration = Duration::from_secs(30);

/// A connection.
#[derive(Debug)]
pub struct Stream {
    io: TcpStream,
    /// Where it comes from.
    pub peer: SocketAddr,
    /// What is known of it.
    pub held: Arc<Held>,
    connections: Connections,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Stream {
    /// Takes up a connection.
    ///
    /// # Errors
    /// Those of a connection that is closed already.
    pub fn of(io: TcpStream, connections: &Connections) -> io::Result<Stream> {
        let peer = io.peer_addr()?;
        let held = connections.enter(peer.ip());
        // What is compressed leaves in two pieces, of which the kernel would hold the second back until the first has been
        // acknowledged, which browsers put off for 40 ms.
        io.set_nodelay(true)?;
        Ok(Stream { io, peer, held, connections: connections.clone(), stalled: None })
    }

    /// Ends what is written to where nothing of it has been taken for a while.
    fn unless_stalled<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(STALLED)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nothing is read")))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.connections.leave(&self.held);
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.held.check(context)?;
        Pin::new(&mut this.io).poll_read(context, into)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.held.check(context)?;
        let written = Pin::new(&mut this.io).poll_write(context, bytes);
        this.unless_stalled(written, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.held.check(context)?;
        let written = Pin::new(&mut this.io).poll_write_vectored(context, parts);
        this.unless_stalled(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(context)
    }
}
