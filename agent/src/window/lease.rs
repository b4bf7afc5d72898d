//! How long a window lives: while a page is open, and a little longer.
//!
//! A page of ours keeps one answer open for as long as it is shown; when the last one
//! is gone the window ends. A browser without JavaScript keeps none open, and a page may
//! be forgotten for days: after a quarter of an hour without a click it ends as well.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};

/// How patient a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Without any request.
    pub idle: Duration,
    /// After the last page was closed: between two pages there is a moment without one.
    pub after_close: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            idle: Duration::from_secs(900),
            after_close: Duration::from_secs(10),
        }
    }
}

#[derive(Debug)]
pub(super) struct Lease {
    patience: Patience,
    seen: Mutex<Seen>,
    changed: Notify,
    ended: watch::Sender<bool>,
}

#[derive(Debug)]
struct Seen {
    request: Instant,
    pages: usize,
    /// When the last page was closed.
    closed: Option<Instant>,
}

/// A page that is shown; closed when it is dropped.
#[derive(Debug)]
pub(super) struct OpenPage(Arc<Lease>);

impl Lease {
    pub(super) fn new(patience: Patience) -> Self {
        Lease {
            patience,
            seen: Mutex::new(Seen {
                request: Instant::now(),
                pages: 0,
                closed: None,
            }),
            changed: Notify::new(),
            ended: watch::Sender::new(false),
        }
    }

    /// Somebody asked for something.
    pub(super) fn touch(&self) {
        self.change(|seen| seen.request = Instant::now());
    }

    /// A page is shown from now on.
    pub(super) fn open(self: &Arc<Self>) -> OpenPage {
        self.change(|seen| seen.pages += 1);
        OpenPage(Arc::clone(self))
    }

    /// Tells pages that the window has ended.
    pub(super) fn ended(&self) -> watch::Receiver<bool> {
        self.ended.subscribe()
    }

    /// Waits until nobody needs the window any more.
    pub(super) async fn over(&self) {
        loop {
            let due = self.due();
            tokio::select! {
                () = self.changed.notified() => {}
                () = sleep_until(due) => {
                    if self.due() <= due {
                        self.ended.send_replace(true);
                        return;
                    }
                }
            }
        }
    }

    /// Waits until no page is open.
    pub(super) async fn empty(&self) {
        while self.seen.lock().expect("no panic holds it").pages > 0 {
            self.changed.notified().await;
        }
    }

    fn due(&self) -> Instant {
        let seen = self.seen.lock().expect("no panic holds it");
        let idle = seen.request + self.patience.idle;
        match seen.closed {
            Some(closed) if seen.pages == 0 => {
                idle.min(closed.max(seen.request) + self.patience.after_close)
            }
            _ => idle,
        }
    }

    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen.lock().expect("no panic holds it"));
        self.changed.notify_one();
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        self.0.change(|seen| {
            seen.pages -= 1;
            seen.closed = Some(Instant::now());
        });
    }
}
