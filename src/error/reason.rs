//! What one action of a canceled transaction has to say for itself.
//!
//! Owns the causes only: codes and texts are `voice`'s. A canceled transaction has one reason for each of its actions, in
//! their order; those that would have gone through have [`Reason::None`].

use super::fault::{Cause, Fault};
use super::kind::Kind;

/// Why an action keeps its transaction from being done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It does not.
    None,
    /// Its condition does not hold.
    ConditionFailed {
        /// The JSON of the item, when the action asks for it and there is one.
        item: Option<Vec<u8>>,
    },
    /// It does not fit its table, or its result is not legal: the text.
    Validation(String),
    /// Another transaction in flight names the same item.
    Conflict,
    /// It inserts an item that is there.
    Duplicate,
}

impl Reason {
    /// The reason that an action's fault is; a fault that is not about the action alone is handed back.
    pub fn of(fault: Fault) -> Result<Reason, Fault> {
        match fault.into_cause() {
            Cause::ConditionFailed { item } => Ok(Reason::ConditionFailed { item }),
            Cause::Schema(text) => Ok(Reason::Validation(text)),
            Cause::Service {
                kind: Kind::DuplicateItem,
                ..
            } => Ok(Reason::Duplicate),
            other => Err(other.into()),
        }
    }

    /// The reasons of a transaction of so many actions, of which only one has something to say.
    pub fn only(self, place: usize, actions: usize) -> Vec<Reason> {
        let mut reasons = vec![Reason::None; actions];
        if let Some(reason) = reasons.get_mut(place) {
            *reason = self;
        }
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_faults_of_an_action_are_reasons() {
        let reason = |fault| Reason::of(fault).map_err(drop);
        assert_eq!(
            reason(Fault::schema("x")),
            Ok(Reason::Validation("x".to_owned()))
        );
        let item = Some(b"{}".to_vec());
        let failed = Reason::ConditionFailed { item: item.clone() };
        assert_eq!(reason(Fault::condition_failed(item)), Ok(failed));
        assert_eq!(reason(Fault::duplicate_item()), Ok(Reason::Duplicate));
        assert_eq!(reason(Fault::not_found("x")), Err(()));
        assert_eq!(reason(Fault::internal("x")), Err(()));
    }

    #[test]
    fn a_single_reason_stands_at_its_place() {
        assert_eq!(
            Reason::Conflict.only(1, 3),
            [Reason::None, Reason::Conflict, Reason::None]
        );
    }
}
