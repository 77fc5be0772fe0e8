//! What operators apply to: paths, constants, parameters, calls, and expressions in parentheses.

use crate::partiql::ast::{Expr, ExprKind, Member, NumberLiteral};
use crate::partiql::error::{Malformation, PartiqlError};
use crate::partiql::lexer::{TokenKind, unquote};
use crate::partiql::parser::predicate::{Node, Strength};
use crate::partiql::parser::{Parser, malformed};
use crate::partiql::words::Function;
use crate::types::Path;

impl Parser<'_> {
    /// Reads a term and the path steps behind it.
    pub(super) fn path_term(&mut self) -> Result<Node, PartiqlError> {
        let mut node = self.term()?;
        if !matches!(self.kind(), TokenKind::Dot | TokenKind::OpenBracket) {
            return Ok(node);
        }
        if let ExprKind::Path(path) = &mut node.expr.kind {
            self.path_steps(&mut path.steps)?;
        } else {
            self.note(PartiqlError::UnexpectedPathComponent(node.expr.span));
            self.path_steps(&mut Vec::new())?;
        }
        Ok(node)
    }

    fn term(&mut self) -> Result<Node, PartiqlError> {
        let token = self.current();
        let kind = match token.kind {
            TokenKind::Name | TokenKind::QuotedName | TokenKind::FunctionName
                if self.kind_ahead(1) == TokenKind::Open =>
            {
                return self.call();
            }
            TokenKind::Name | TokenKind::QuotedName => {
                let root = self.identifier().unwrap_or_default();
                let path = Path {
                    root,
                    steps: Vec::new(),
                };
                return Ok(Node::leaf(ExprKind::Path(path), token.span));
            }
            TokenKind::Text => ExprKind::Text(unquote(self.slice(&token)).into_owned()),
            TokenKind::Number => ExprKind::Number(NumberLiteral {
                text: self.slice(&token).into(),
            }),
            TokenKind::True => ExprKind::Bool(true),
            TokenKind::False => ExprKind::Bool(false),
            TokenKind::Null => ExprKind::Null,
            TokenKind::Missing => ExprKind::Missing,
            TokenKind::Parameter => {
                self.parameters += 1;
                ExprKind::Parameter(self.parameters - 1)
            }
            TokenKind::Open => return self.group(),
            TokenKind::OpenBracket => return self.list(TokenKind::CloseBracket),
            TokenKind::OpenSet => return self.list(TokenKind::CloseSet),
            TokenKind::OpenBrace => return self.tuple(),
            TokenKind::From => {
                // An update that begins with FROM is an expression of the language, though never a whole one here. So
                // `SLECT * FROM t` is a product of which the right side lacks a change.
                self.update_from()?;
                return malformed(Malformation::Unreadable);
            }
            TokenKind::Select => {
                self.select()?;
                self.note(PartiqlError::UnsupportedOperation("Select"));
                return Ok(Node::leaf(ExprKind::Missing, token.span));
            }
            other => return malformed(refusal(other)),
        };
        self.advance();
        Ok(Node::leaf(kind, token.span))
    }

    /// Reads a call, whether there is such a function or not.
    fn call(&mut self) -> Result<Node, PartiqlError> {
        let name = self.advance();
        self.advance();
        let function = Function::from_name(&match name.kind {
            TokenKind::QuotedName => unquote(self.slice(&name)),
            _ => self.slice(&name).into(),
        });
        // `count(*)` is the one call of a star.
        if function.name() == "count" && self.kind() == TokenKind::Star {
            self.advance();
        }
        let (arguments, levels) = if self.take(TokenKind::Close).is_some() {
            (Vec::new(), 0)
        } else {
            self.elements(TokenKind::Close)?
        };
        Node::over(levels, ExprKind::Call(function, arguments), name.span)
    }

    /// Reads an expression in parentheses; several of them are a list.
    fn group(&mut self) -> Result<Node, PartiqlError> {
        let open = self.advance();
        let first = self.node(Strength::Whole)?;
        if self.take(TokenKind::Close).is_some() {
            return Ok(first);
        }
        self.expect(TokenKind::Comma)?;
        let (rest, levels) = self.elements(TokenKind::Close)?;
        let levels = levels.max(first.levels());
        let mut elements = vec![first.expr];
        elements.extend(rest);
        Node::over(levels, ExprKind::List(elements), open.span)
    }

    /// Reads a list or a set, from the bracket that opens it.
    fn list(&mut self, close: TokenKind) -> Result<Node, PartiqlError> {
        let open = self.advance();
        let (elements, levels) = if self.take(close).is_some() {
            (Vec::new(), 0)
        } else {
            self.elements(close)?
        };
        let kind = match close {
            TokenKind::CloseSet => ExprKind::Set(elements),
            _ => ExprKind::List(elements),
        };
        Node::over(levels, kind, open.span)
    }

    /// Reads at least one expression, commas, and what closes them; with the levels of the deepest.
    pub(super) fn elements(
        &mut self,
        close: TokenKind,
    ) -> Result<(Vec<Expr>, usize), PartiqlError> {
        let mut elements = Vec::new();
        let mut levels = 0;
        loop {
            let element = self.node(Strength::Whole)?;
            levels = levels.max(element.levels());
            elements.push(element.expr);
            if self.take(TokenKind::Comma).is_none() {
                self.expect(close)?;
                return Ok((elements, levels));
            }
        }
    }

    /// Reads `{'name': value, ..}`.
    fn tuple(&mut self) -> Result<Node, PartiqlError> {
        let span = self.advance().span;
        let mut members = Vec::new();
        let mut levels = 0;
        if self.take(TokenKind::CloseBrace).is_some() {
            return Node::over(levels, ExprKind::Tuple(members), span);
        }
        loop {
            let name = self.node(Strength::Whole)?.expr;
            self.expect(TokenKind::Colon)?;
            let value = self.node(Strength::Whole)?;
            levels = levels.max(value.levels());
            if let ExprKind::Text(name) = name.kind {
                let value = value.expr;
                members.push(Member { name, value });
            } else {
                self.note(PartiqlError::Malformed(Malformation::Unreadable));
            }
            if self.take(TokenKind::Comma).is_none() {
                self.expect(TokenKind::CloseBrace)?;
                return Node::over(levels, ExprKind::Tuple(members), span);
            }
        }
    }
}

/// What is said of a token that begins no term.
fn refusal(kind: TokenKind) -> Malformation {
    use TokenKind as K;
    match kind {
        K::And
        | K::Or
        | K::Not
        | K::Is
        | K::In
        | K::Between
        | K::Like
        | K::SetOperator
        | K::Equal
        | K::NotEqual
        | K::Less
        | K::LessOrEqual
        | K::Greater
        | K::GreaterOrEqual
        | K::Plus
        | K::Minus
        | K::Slash
        | K::Percent
        | K::Concatenate
        | K::Scope => Malformation::Operator,
        K::Where
        | K::Insert
        | K::Into
        | K::Value
        | K::Update
        | K::Set
        | K::Remove
        | K::Delete
        | K::Returning
        | K::All
        | K::Modified
        | K::Old
        | K::New
        | K::Order
        | K::Limit
        | K::FunctionName
        | K::Reserved => Malformation::Keyword,
        _ => Malformation::Term,
    }
}
