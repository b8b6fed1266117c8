//! The body of a request: one that stops, or trickles, is ended. Tells what is known of its connection whose turn it is.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
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
/// How long a body may fall behind what [`SLOWEST`] gives it.
const GRACE: Duration = Duration::from_secs(30);
/// Bytes a second: a tenth of the slowest telephone's.
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
            let body = Body {
                payload,
                held: held.clone(),
                patience: Patience::default(),
                wait: None,
                over: Box::pin(sleep(STALLED)),
            };
            request.set_payload(Payload::Stream { payload: Box::pin(body) });
        }
    }
    let response = next.call(request).await;
    held.iter().for_each(|held| held.waits());
    response
}

/// How long a client may still keep the site waiting. What it sends gives it more, but no more than at the beginning: whoever
/// was fast is not slow for hours afterwards.
struct Patience(Duration);

impl Default for Patience {
    fn default() -> Patience {
        Patience(GRACE)
    }
}

impl Patience {
    /// Notes that so many bytes came after so long.
    fn received(&mut self, bytes: usize, after: Duration) {
        let earned = Duration::from_millis((bytes as u64).saturating_mul(1_000) / SLOWEST);
        self.0 = self.0.saturating_sub(after).saturating_add(earned).min(GRACE);
    }

    /// Returns how long nothing may come.
    fn pause(&self) -> Duration {
        self.0.min(STALLED)
    }
}

/// Notes when something came, since the site may look at it later.
struct Arrival {
    task: Waker,
    at: OnceLock<Instant>,
}

impl Wake for Arrival {
    fn wake(self: Arc<Self>) {
        self.at.get_or_init(Instant::now);
        self.task.wake_by_ref();
    }
}

/// The site waits for more. What it does before it asks, or between two parts, is not the client's time.
struct Wait {
    since: Instant,
    arrival: Arc<Arrival>,
}

/// A body that is read.
struct Body {
    payload: Payload,
    held: Option<Arc<Held>>,
    patience: Patience,
    wait: Option<Wait>,
    over: Pin<Box<Sleep>>,
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
        let arrival = Arc::new(Arrival { task: context.waker().clone(), at: OnceLock::new() });
        let polled = Pin::new(&mut this.payload).poll_next(&mut Context::from_waker(&arrival.clone().into()));
        match polled {
            Poll::Ready(Some(Ok(bytes))) => {
                let waited = this.wait.take().map_or(Duration::ZERO, |wait| {
                    wait.arrival.at.get().copied().unwrap_or_else(Instant::now).saturating_duration_since(wait.since)
                });
                this.patience.received(bytes.len(), waited);
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Ready(end) => {
                this.held.iter().for_each(|held| held.works());
                Poll::Ready(end)
            }
            Poll::Pending => {
                let since = match &this.wait {
                    Some(wait) => wait.since,
                    None => {
                        let now = Instant::now();
                        this.over.as_mut().reset(now + this.patience.pause());
                        now
                    }
                };
                this.wait = Some(Wait { since, arrival });
                if this.over.as_mut().poll(context).is_ready() { this.ended() } else { Poll::Pending }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use actix_web::rt::System;

    use super::*;

    #[test]
    fn whoever_is_slow_uses_up_the_patience() {
        let after = |parts: &[(usize, u64)]| {
            let mut patience = Patience::default();
            parts.iter().for_each(|(bytes, seconds)| patience.received(*bytes, Duration::from_secs(*seconds)));
            patience.pause()
        };
        assert_eq!(after(&[]), STALLED);
        assert_eq!(after(&[(12_000, 9); 1_000]), STALLED, "over a kilobyte a second may go on");
        assert_eq!(after(&[(1, 5); 6]), Duration::ZERO, "a byte now and then may not");
        assert_eq!(after(&[(50_000_000, 0), (1, 14), (1, 14), (1, 14)]), Duration::ZERO, "nor after much at once");
    }

    /// Gives its parts as long as there are any, each after a poll that finds nothing.
    struct Parts(VecDeque<Bytes>, Option<Waker>);

    impl Stream for Parts {
        type Item = Result<Bytes, PayloadError>;

        fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            match self.1.take() {
                Some(_) => Poll::Ready(self.0.pop_front().map(Ok)),
                None => {
                    context.waker().wake_by_ref();
                    self.1 = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        }
    }

    #[test]
    fn the_time_of_the_site_is_not_the_clients() {
        System::new().block_on(async {
            let parts = Parts(VecDeque::from([Bytes::from_static(b"a")]), None);
            let mut body = Body {
                payload: Payload::Stream { payload: Box::pin(parts) },
                held: None,
                patience: Patience(Duration::from_secs(1)),
                wait: None,
                over: Box::pin(sleep(Duration::ZERO)),
            };
            let mut context = Context::from_waker(Waker::noop());
            assert!(Pin::new(&mut body).poll_next(&mut context).is_pending(), "the clock begins with the first look");
            // It came at once, and the site looks some time later.
            if let Some(wait) = &mut body.wait {
                wait.since -= Duration::from_secs(2);
                let came = Arrival { task: Waker::noop().clone(), at: OnceLock::from(wait.since) };
                wait.arrival = Arc::new(came);
            }
            assert!(matches!(Pin::new(&mut body).poll_next(&mut context), Poll::Ready(Some(Ok(_)))));
            assert!(body.patience.0 >= Duration::from_secs(1));
        });
    }
}
