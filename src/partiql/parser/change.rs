//! `INSERT`, `UPDATE` in its two forms, and `DELETE`.

use crate::partiql::ast::{
    Change, Column, Delete, ExprKind, Insert, Member, Returning, Source, Update,
};
use crate::partiql::error::{Malformation, PartiqlError};
use crate::partiql::lexer::TokenKind;
use crate::partiql::parser::{Parser, malformed};

impl Parser<'_> {
    /// Reads from `INSERT` on.
    pub(super) fn insert(&mut self) -> Result<Insert, PartiqlError> {
        self.advance();
        if self.take(TokenKind::Into).is_none() {
            return malformed(Malformation::Keyword);
        }
        let Column { path, span } = self.simple_path()?;
        if !path.steps.is_empty() {
            self.note(PartiqlError::TableOnly(span));
        }
        let table = self.source_of(&path, span).table;
        let form = self.take(TokenKind::Value);
        let value = self.expression()?;
        // Without VALUE the language takes a collection of rows; the service takes one item.
        let members = match (form, value.kind) {
            (Some(_), ExprKind::Tuple(members)) => members,
            _ => self.no_item(),
        };
        Ok(Insert { table, members })
    }

    fn no_item(&mut self) -> Vec<Member> {
        self.note(PartiqlError::Malformed(Malformation::Unreadable));
        Vec::new()
    }

    /// Reads from `UPDATE` on.
    pub(super) fn update(&mut self) -> Result<Update, PartiqlError> {
        self.advance();
        let source = self.changed_source()?;
        let changes = self.changes()?;
        Ok(Update {
            source,
            changes,
            filter: self.filter()?,
            returning: self.returning()?,
        })
    }

    /// Reads an update that begins with `FROM`: its condition stands before its changes.
    pub(super) fn update_from(&mut self) -> Result<Update, PartiqlError> {
        self.enter()?;
        self.advance();
        let source = self.source()?;
        let filter = self.filter()?;
        let changes = self.changes()?;
        let returning = self.returning()?;
        self.leave();
        Ok(Update {
            source,
            changes,
            filter,
            returning,
        })
    }

    /// Reads from `DELETE` on.
    pub(super) fn delete(&mut self) -> Result<Delete, PartiqlError> {
        self.advance();
        self.expect(TokenKind::From)?;
        let source = self.changed_source()?;
        Ok(Delete {
            source,
            filter: self.filter()?,
            returning: self.returning()?,
        })
    }

    /// Reads the path of a statement that changes a table, with the alias that may follow.
    fn changed_source(&mut self) -> Result<Source, PartiqlError> {
        let Column { path, span } = self.simple_path()?;
        let source = self.source_of(&path, span);
        self.alias()?;
        Ok(source)
    }

    /// Reads `SET path = value, ..` and `REMOVE path`, at least one of them.
    fn changes(&mut self) -> Result<Vec<Change>, PartiqlError> {
        let mut changes = Vec::new();
        loop {
            if self.take(TokenKind::Set).is_some() {
                loop {
                    let target = self.simple_path()?;
                    self.expect(TokenKind::Equal)?;
                    let value = self.expression()?;
                    changes.push(Change::Set { target, value });
                    if self.take(TokenKind::Comma).is_none() {
                        break;
                    }
                }
            } else if self.take(TokenKind::Remove).is_some() {
                let target = self.simple_path()?;
                changes.push(Change::Remove { target });
            } else if changes.is_empty() {
                return malformed(Malformation::NoChange);
            } else {
                return Ok(changes);
            }
        }
    }

    /// Reads a `RETURNING`, if there is one.
    fn returning(&mut self) -> Result<Option<Returning>, PartiqlError> {
        if self.take(TokenKind::Returning).is_none() {
            return Ok(None);
        }
        let returning = match (self.kind(), self.kind_ahead(1)) {
            (TokenKind::All, TokenKind::Old) => Returning::AllOld,
            (TokenKind::All, TokenKind::New) => Returning::AllNew,
            (TokenKind::Modified, TokenKind::Old) => Returning::ModifiedOld,
            (TokenKind::Modified, TokenKind::New) => Returning::ModifiedNew,
            _ => return malformed(Malformation::Unreadable),
        };
        self.advance();
        self.advance();
        self.expect(TokenKind::Star)?;
        Ok(Some(returning))
    }
}
