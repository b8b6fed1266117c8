//! The end of the terminal in which the site was started: it stops the site as SIGTERM does, so that the log is in the file
//! afterwards.

use actix_server::ServerHandle;

/// Stops a server gracefully once its terminal is closed, unless it was told to outlive that, as by `nohup`.
pub fn stop_with(handle: ServerHandle) {
    if is_to_outlive() {
        return;
    }
    #[cfg(unix)]
    actix_web::rt::spawn(async move {
        use actix_web::rt::signal::unix::{SignalKind, signal};

        match signal(SignalKind::hangup()) {
            Ok(mut closed) => {
                closed.recv().await;
                handle.stop(true).await;
            }
            Err(why) => tracing::warn!(%why, "cannot listen for the end of the terminal"),
        }
    });
}

/// Whether SIGHUP is ignored, which has the lowest bit of the mask that Linux shows. Where that is not known, nothing is changed.
fn is_to_outlive() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 == 1)
}
