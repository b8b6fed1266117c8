//! The body of a request: one that stops, or trickles, is ended. Tells what is known of its connection whose turn it is.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::middleware::Next;
use actix_web::rt::time::{Instant, Sleep, sleep};
use actix_web::web::Bytes;
use futures_util::Stream;

use super::connections::Held;

/// How long a body may stand still.
const STALLED: Duration = Duration::from_secs(15);
/// How long a body may take that is smaller than what [`SLOWEST`] gives it.
const GRACE: Duration = Duration::from_secs(30);
/// Bytes a second, over the whole of a body: a tenth of the slowest telephone's.
const SLOWEST: u64 = 1_024;

/// Watches over the body of a request.
///
/// # Errors
/// The page's own.
pub async fn watch<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let held = request.request().conn_data::<Arc<Held>>().cloned();
    match request.take_payload() {
        Payload::None => held.iter().for_each(|held| held.works()),
        payload => {
            let body =
                Body { payload, held: held.clone(), read: 0, began: Instant::now(), stalled: Box::pin(sleep(STALLED)) };
            request.set_payload(Payload::Stream { payload: Box::pin(body) });
        }
    }
    let response = next.call(request).await;
    held.iter().for_each(|held| held.waits());
    response
}

/// A body that is read.
struct Body {
    payload: Payload,
    held: Option<Arc<Held>>,
    read: u64,
    began: Instant,
    stalled: Pin<Box<Sleep>>,
}

impl Body {
    fn ended(&self) -> Poll<Option<Result<Bytes, PayloadError>>> {
        let why = io::Error::new(io::ErrorKind::TimedOut, "the body stands still");
        Poll::Ready(Some(Err(PayloadError::Io(why))))
    }
}

impl Stream for Body {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        match Pin::new(&mut this.payload).poll_next(context) {
            Poll::Ready(Some(Ok(bytes))) => {
                this.read += bytes.len() as u64;
                if this.began.elapsed() > GRACE + Duration::from_secs(this.read / SLOWEST) {
                    return this.ended();
                }
                this.stalled.as_mut().reset(Instant::now() + STALLED);
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Ready(end) => {
                this.held.iter().for_each(|held| held.works());
                Poll::Ready(end)
            }
            Poll::Pending if this.stalled.as_mut().poll(context).is_ready() => this.ended(),
            Poll::Pending => Poll::Pending,
        }
    }
}
