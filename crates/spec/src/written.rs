//! A SQL text written out from what people wrote, and the way back from any place in it.

/// A SQL text written out, and where its parts come from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Written {
    pub(crate) sql: String,
    /// Start and end in `sql`, then start and end in the text as written; only the parts that were changed.
    parts: Vec<(usize, usize, usize, usize)>,
    /// What it was made of, where that was written out itself.
    before: Option<Box<Self>>,
}

impl Written {
    /// A text with stretches of it replaced: start, end and what stands there instead, in order and apart from each other.
    pub(crate) fn replacing(text: &str, replacements: &[(usize, usize, String)]) -> Self {
        let mut written = Self::default();
        let mut copied = 0;
        for (start, end, instead) in replacements {
            written.sql.push_str(text.get(copied..*start).unwrap_or_default());
            let begins = written.sql.len();
            written.sql.push_str(instead);
            written.parts.push((begins, written.sql.len(), *start, *end));
            copied = *end;
        }
        written.sql.push_str(text.get(copied..).unwrap_or_default());
        written
    }

    /// The same, made of a text that was written out already.
    pub(crate) fn after(self, before: Option<Self>) -> Self {
        Self { before: before.map(Box::new), ..self }
    }

    /// Where a stretch of the text written out comes from.
    pub(crate) fn origin(&self, offset: usize, length: usize) -> (usize, usize) {
        let (offset, length) = self.own_origin(offset, length);
        self.before.as_ref().map_or((offset, length), |before| before.origin(offset, length))
    }

    fn own_origin(&self, offset: usize, length: usize) -> (usize, usize) {
        let back = |at: usize, end: bool| {
            let mut shift = 0_isize;
            for (start, stop, from, to) in &self.parts {
                if at < *start {
                    break;
                }
                if at < *stop {
                    return if end { *to } else { *from };
                }
                shift = *to as isize - *stop as isize;
            }
            at.checked_add_signed(shift).unwrap_or(at)
        };
        let (start, last) = (back(offset, false), back((offset + length).saturating_sub(1), true));
        let inside = self.parts.iter().any(|(start, stop, ..)| (*start..*stop).contains(&(offset + length).saturating_sub(1)));
        let end = if inside { last } else { last + 1 };
        (start, end.saturating_sub(start))
    }
}

#[cfg(test)]
mod tests {
    use super::Written;

    #[test]
    fn places_lead_back_through_every_text_in_between() {
        let text = "a > few and b > few and wrong";
        let first = Written::replacing(text, &[(4, 7, "(case when x then 1 end)".into()), (16, 19, "1".into())]);
        assert_eq!(first.sql, "a > (case when x then 1 end) and b > 1 and wrong");
        let at = first.sql.find("b >").unwrap();
        let sql = first.sql.clone();
        let second = Written::replacing(&sql, &[(at, at + 1, "\"other.b\"".into())]).after(Some(first));
        let of = |part: &str| {
            let (offset, length) = second.origin(second.sql.find(part).unwrap(), part.len());
            &text[offset..offset + length]
        };
        assert_eq!(of("wrong"), "wrong");
        assert_eq!(of("\"other.b\""), "b");
        assert_eq!(of("x then 1"), "few");
        assert_eq!(of("a >"), "a >");
    }
}
