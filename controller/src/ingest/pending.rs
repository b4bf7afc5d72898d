//! Messages on their way to the disk, in the order in which they came: the order
//! in which they are acknowledged, as some clients count on it.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::app::recorder::{RecordError, Recording};

/// `T` is what is needed to acknowledge a message.
#[derive(Debug)]
pub(super) struct Pending<T>(VecDeque<(T, Option<Recording>)>);

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Pending(VecDeque::new())
    }
}

impl<T> Pending<T> {
    /// A message without a recording is of no use to anybody, and waits its turn.
    pub(super) fn push(&mut self, what: T, recording: Option<Recording>) {
        self.0.push_back((what, recording));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn first(&self) -> Option<&T> {
        self.0.front().map(|(what, _)| what)
    }

    pub(super) fn pop(&mut self) -> Option<T> {
        let (what, _) = self.0.pop_front()?;
        if self.0.is_empty() {
            // What is idle keeps no room for a burst.
            self.0 = VecDeque::new();
        }
        Some(what)
    }

    /// Resolves when the first message is durable, or will not be; never without
    /// one. It stays first until it is popped.
    pub(super) async fn settled(&mut self) -> Result<(), RecordError> {
        poll_fn(|cx| self.poll_settled(cx)).await
    }

    fn poll_settled(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), RecordError>> {
        let Some((_, slot)) = self.0.front_mut() else {
            return Poll::Pending;
        };
        let Some(recording) = slot else {
            return Poll::Ready(Ok(()));
        };
        let settled = ready!(Pin::new(recording).poll(cx));
        *slot = None;
        Poll::Ready(settled)
    }
}
