//! Tumbling windows: the state that goes from one invocation to the next, and the last invocation of a window.

use std::ops::ControlFlow;

use super::answer::{Expectation, STATE_BYTES, Verdict, judge};
use super::deliver::{Attempt, Moment, pause_ms};
use super::lane::{End, Lane};
use crate::triggers::checkpoint::Window;
use crate::triggers::delivery::Ending;

impl Lane {
    /// Ends the open window: a last invocation, with its state and no records.
    pub(super) async fn close_window(&mut self, moment: Moment) -> ControlFlow<()> {
        let mut attempts = 0;
        loop {
            let open = self
                .trigger
                .progress
                .checkpoint()
                .window(self.number)
                .cloned();
            let Some(window) = open else {
                return ControlFlow::Continue(());
            };
            let expiry = self.expiry_of(window.span.end_ms);
            let invoked = match self.invoke(&[], Some(window.span), moment, expiry).await {
                Attempt::Ended(invoked) => invoked,
                Attempt::Late => {
                    self.trigger.progress.set_window(self.number, None);
                    return ControlFlow::Continue(());
                }
                Attempt::Stopped => return ControlFlow::Break(()),
            };
            attempts += 1;
            let verdict = judge(&invoked.outcome, Expectation::default(), |_| None);
            let error = match verdict {
                Verdict::Failed(failure) => Some(failure.error),
                Verdict::Done(_) | Verdict::DoneUpTo(..) => None,
            };
            let ending = error.map_or(Ending::Success, Ending::Failure);
            let is_done = ending == Ending::Success || self.is_window_given_up(&window, attempts);
            self.note(&[], attempts, &invoked, ending);
            if is_done {
                self.trigger.progress.set_window(self.number, None);
                return ControlFlow::Continue(());
            }
            if self.rest_until(self.now_ms() + pause_ms(attempts)).await == End::Stopped {
                return ControlFlow::Break(());
            }
        }
    }

    fn is_window_given_up(&self, window: &Window, attempts: u32) -> bool {
        self.is_exhausted(attempts) || self.is_too_old(window.span.end_ms)
    }

    /// Ends the open window if its state has become too large.
    pub(super) async fn end_large_window(&mut self) -> ControlFlow<()> {
        let is_too_large = {
            let checkpoint = self.trigger.progress.checkpoint();
            let window = checkpoint.window(self.number);
            window.is_some_and(|window| window.state.len() > STATE_BYTES)
        };
        if is_too_large {
            self.close_window(Moment::Early).await
        } else {
            ControlFlow::Continue(())
        }
    }
}
