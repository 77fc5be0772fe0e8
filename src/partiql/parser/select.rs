//! `SELECT`, on its own or as the only operand of `EXISTS`; the clauses that other statements share with it.

use crate::partiql::ast::{
    Column, Direction, Expr, ExprKind, OrderKey, Projection, Select, Source,
};
use crate::partiql::error::{Malformation, PartiqlError};
use crate::partiql::lexer::TokenKind;
use crate::partiql::parser::{Parser, malformed};

impl Parser<'_> {
    /// Reads from `SELECT` on.
    pub(super) fn select(&mut self) -> Result<Select, PartiqlError> {
        self.enter()?;
        self.advance();
        let projection = self.projection()?;
        self.expect(TokenKind::From)?;
        let source = self.source()?;
        let filter = self.filter()?;
        let order = self.order()?;
        if self.take(TokenKind::Limit).is_some() {
            let limit = self.expression()?;
            self.note(PartiqlError::UnsupportedClause("LIMIT", limit.span));
        }
        self.leave();
        Ok(Select {
            projection,
            source,
            filter,
            order,
        })
    }

    /// Whether `EXISTS ( SELECT` is ahead; `EXISTS` of something else is no statement.
    pub(super) fn begins_exists(&self) -> bool {
        self.slice(&self.current()).eq_ignore_ascii_case("exists")
            && self.kind_ahead(1) == TokenKind::Open
            && self.kind_ahead(2) == TokenKind::Select
    }

    /// Reads from `EXISTS` on.
    pub(super) fn exists(&mut self) -> Result<Select, PartiqlError> {
        self.advance();
        self.expect(TokenKind::Open)?;
        let select = self.select()?;
        self.expect(TokenKind::Close)?;
        Ok(select)
    }

    fn projection(&mut self) -> Result<Projection, PartiqlError> {
        if self.take(TokenKind::Star).is_some() {
            return Ok(Projection::All);
        }
        let mut columns = Vec::new();
        loop {
            if self.kind() == TokenKind::Star {
                // `*` is everything: nothing stands beside it.
                return malformed(Malformation::Unreadable);
            }
            let expr = self.expression()?;
            columns.extend(self.column_of(expr));
            self.alias()?;
            if self.take(TokenKind::Comma).is_none() {
                return Ok(Projection::Columns(columns));
            }
        }
    }

    /// The path that an expression is. Anything else is noted.
    fn column_of(&mut self, expr: Expr) -> Option<Column> {
        let span = expr.span;
        if let ExprKind::Path(path) = expr.kind {
            return Some(Column { path, span });
        }
        self.note(PartiqlError::UnexpectedPathComponent(span));
        None
    }

    /// Reads the table, or the table and the index, that rows come from.
    pub(super) fn source(&mut self) -> Result<Source, PartiqlError> {
        let expr = self.path_term()?.expr;
        let column = self.column_of(expr);
        let source = column.map_or_else(
            || Source {
                table: String::new(),
                index: None,
            },
            |Column { path, span }: Column| self.source_of(&path, span),
        );
        self.alias()?;
        Ok(source)
    }

    /// Reads a `WHERE`, if there is one.
    pub(super) fn filter(&mut self) -> Result<Option<Expr>, PartiqlError> {
        if self.take(TokenKind::Where).is_none() {
            return Ok(None);
        }
        self.expression().map(Some)
    }

    fn order(&mut self) -> Result<Vec<OrderKey>, PartiqlError> {
        let mut keys = Vec::new();
        if self.take(TokenKind::Order).is_none() {
            return Ok(keys);
        }
        self.expect(TokenKind::By)?;
        loop {
            let expr = self.expression()?;
            let direction = if self.take(TokenKind::Descending).is_some() {
                Direction::Descending
            } else {
                self.take(TokenKind::Ascending);
                Direction::Ascending
            };
            let column = self.column_of(expr);
            keys.extend(column.map(|column| OrderKey { column, direction }));
            if self.take(TokenKind::Comma).is_none() {
                return Ok(keys);
            }
        }
    }
}
