//! How far a mapping has come in its stream, as it is kept on disk.
//!
//! Each lane (a share of the partition keys; see `ParallelizationFactor`) has a position of its own: every record before
//! it that belongs to the lane is delivered or given up. When the number of lanes changes, the earlier positions stay
//! until the new ones have passed them, so that nothing is delivered twice.

use serde::{Deserialize, Serialize};

/// The positions of a mapping.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    /// Number of the stream; 0: the first one that the table gets.
    pub stream: u64,
    /// Positions of the lanes; the last entry is the one that moves.
    generations: Vec<Vec<u64>>,
    /// The open tumbling window of each lane.
    #[serde(default)]
    windows: Vec<Option<Window>>,
}

/// An open tumbling window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Window {
    /// When it is.
    pub span: Span,
    /// JSON that the function returned last.
    pub state: String,
}

/// When a tumbling window is, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Span {
    /// Its first millisecond.
    pub start_ms: u64,
    /// The first one behind it.
    pub end_ms: u64,
}

impl Checkpoint {
    /// All of a stream from a sequence number on.
    pub(super) fn new(stream: u64, from: u64) -> Checkpoint {
        Checkpoint {
            stream,
            generations: vec![vec![from]],
            windows: Vec::new(),
        }
    }

    /// Takes as many lanes as there are to be from now on.
    pub(super) fn set_lanes(&mut self, lanes: usize) {
        let lanes = lanes.max(1);
        if self.current().len() == lanes {
            return;
        }
        let start = self.position();
        self.generations.push(vec![start; lanes]);
        // A window belongs to a share of the keys that is no more; the new lanes begin theirs afresh.
        self.windows.clear();
    }

    /// Where a lane reads on.
    pub(super) fn lane(&self, lane: usize) -> u64 {
        self.current().get(lane).copied().unwrap_or_default()
    }

    /// Whether a record is settled already.
    pub(super) fn has_settled(&self, partition: u32, sequence: u64) -> bool {
        self.generations.iter().any(|lanes| {
            let lane = partition as usize % lanes.len().max(1);
            lanes.get(lane).is_some_and(|position| sequence < *position)
        })
    }

    /// Moves a lane forward; whether that is news.
    pub(super) fn settle(&mut self, lane: usize, position: u64) -> bool {
        let Some(current) = self
            .generations
            .last_mut()
            .and_then(|lanes| lanes.get_mut(lane))
        else {
            return false;
        };
        if position <= *current {
            return false;
        }
        *current = position;
        if self.generations.len() > 1 {
            let passed = self.position();
            let last = self.generations.len() - 1;
            let mut place = 0;
            self.generations.retain(|lanes| {
                place += 1;
                place > last || lanes.iter().any(|lane| *lane > passed)
            });
        }
        true
    }

    /// Every record before it is settled.
    pub(super) fn position(&self) -> u64 {
        self.current().iter().copied().min().unwrap_or_default()
    }

    /// The open window of a lane.
    pub(super) fn window(&self, lane: usize) -> Option<&Window> {
        self.windows.get(lane)?.as_ref()
    }

    /// Opens, changes or closes the window of a lane.
    pub(super) fn set_window(&mut self, lane: usize, window: Option<Window>) {
        if self.windows.len() <= lane {
            self.windows.resize(lane + 1, None);
        }
        self.windows[lane] = window;
    }

    fn current(&self) -> &[u64] {
        self.generations.last().map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_move_on_their_own() {
        let mut checkpoint = Checkpoint::new(7, 10);
        checkpoint.set_lanes(1);
        assert!(checkpoint.settle(0, 20) && !checkpoint.settle(0, 15));
        assert_eq!((checkpoint.lane(0), checkpoint.position()), (20, 20));
        assert!(checkpoint.has_settled(3, 19) && !checkpoint.has_settled(3, 20));
    }

    #[test]
    fn a_changed_number_of_lanes_repeats_nothing() {
        let mut checkpoint = Checkpoint::new(7, 10);
        checkpoint.set_lanes(2);
        checkpoint.settle(0, 30);
        checkpoint.settle(1, 14);
        checkpoint.set_lanes(3);
        assert_eq!(checkpoint.position(), 14);
        // Partition 4 was in lane 0 of two, which had come to 30; partition 3 in lane 1.
        assert!(checkpoint.has_settled(4, 29) && !checkpoint.has_settled(4, 30));
        assert!(!checkpoint.has_settled(3, 14));
        for lane in 0..3 {
            checkpoint.settle(lane, 31);
        }
        assert_eq!(checkpoint.generations, [[31, 31, 31]]);
    }

    #[test]
    fn it_is_kept_as_json() {
        let mut checkpoint = Checkpoint::new(7, 10);
        checkpoint.set_window(
            0,
            Some(Window {
                span: Span {
                    start_ms: 60_000,
                    end_ms: 120_000,
                },
                state: "{\"n\":1}".to_owned(),
            }),
        );
        let text = serde_json::to_vec(&checkpoint).expect("plain values");
        assert_eq!(
            serde_json::from_slice::<Checkpoint>(&text).expect("just written"),
            checkpoint
        );
    }
}
