//! Tumbling windows: the state that goes from one invocation to the next, and the last invocation of a window.

use std::ops::ControlFlow;

use super::answer::{Expectation, STATE_BYTES, Verdict, judge};
use super::deliver::{Moment, pause_ms};
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
            let start = Some(window.start_ms);
            let Some(invoked) = self.invoke(&[], start, moment).await else {
                return ControlFlow::Break(());
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
        let retries = u32::try_from(self.mapping.settings.maximum_retry_attempts).ok();
        let end = self.end_of(Some(window.start_ms)).unwrap_or_default();
        retries.is_some_and(|retries| attempts > retries) || self.is_too_old(end)
    }

    /// Keeps what the function wants to be handed next in the window.
    pub(super) async fn keep_state(
        &mut self,
        window_ms: Option<u64>,
        state: Option<String>,
    ) -> ControlFlow<()> {
        let (Some(start_ms), Some(state)) = (window_ms, state) else {
            return ControlFlow::Continue(());
        };
        let is_too_large = state.len() > STATE_BYTES;
        self.trigger
            .progress
            .set_window(self.number, Some(Window { start_ms, state }));
        if is_too_large {
            self.close_window(Moment::Early).await
        } else {
            ControlFlow::Continue(())
        }
    }
}
