//! Reads single values out of JSON text without parsing the rest of it.
//!
//! Facts keep their properties and fields as JSON text that was valid when it came in. Here members are found by skipping over the
//! bytes between them, so a million rows cost one pass over their text and no allocation. Of a key that occurs twice, the first counts.

use std::borrow::Cow;

use memchr::memchr2;

/// The raw text of the member of an object at a path of exact keys, or `None` where there is none.
#[must_use]
pub fn find<'a>(text: &'a str, path: &[impl AsRef<str>]) -> Option<&'a str> {
    let mut value = text;
    for key in path {
        value = member(value, key.as_ref())?;
    }
    Some(value)
}

/// The raw text of one member of an object.
#[must_use]
pub fn member<'a>(object: &'a str, key: &str) -> Option<&'a str> {
    Members::of(object).find(|(name, _)| name.is(key)).map(|(_, value)| value)
}

/// Whether the raw text of a value is `null`.
#[must_use]
pub fn is_null(raw: &str) -> bool {
    raw == "null"
}

/// A value as the text a person would write: texts without quotes, `null` as none, everything else as it stands.
#[must_use]
pub fn text_of(raw: &str) -> Option<Cow<'_, str>> {
    if is_null(raw) {
        return None;
    }
    match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if inner.contains('\\') => serde_json::from_str::<String>(raw).ok().map(Cow::Owned),
        Some(inner) => Some(Cow::Borrowed(inner)),
        None => Some(Cow::Borrowed(raw)),
    }
}

/// The name of a member as it stands in the text, its escapes not yet resolved.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a>(&'a str);

impl<'a> Name<'a> {
    /// Whether this is the name.
    #[must_use]
    pub fn is(&self, key: &str) -> bool {
        self.0 == key || (self.0.contains('\\') && self.text() == key)
    }

    /// The name with its escapes resolved.
    #[must_use]
    pub fn text(&self) -> Cow<'a, str> {
        if !self.0.contains('\\') {
            return Cow::Borrowed(self.0);
        }
        serde_json::from_str::<String>(&format!("\"{}\"", self.0)).map_or(Cow::Borrowed(self.0), Cow::Owned)
    }
}

/// The members of an object, in the order of the text; nothing where the text is no object.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    rest: &'a str,
}

impl<'a> Members<'a> {
    /// The members of the object in `text`.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        Self { rest: trim(text).strip_prefix('{').unwrap_or("") }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (Name<'a>, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let at_name = trim(self.rest);
        let at_name = trim(at_name.strip_prefix(',').unwrap_or(at_name));
        let name_length = text_length(at_name)?;
        let (quoted, after) = at_name.split_at_checked(name_length)?;
        let name = quoted.get(1..quoted.len().checked_sub(1)?)?;
        let value = trim(trim(after).strip_prefix(':')?);
        let (raw, rest) = value.split_at_checked(value_length(value)?)?;
        self.rest = rest;
        Some((Name(name), raw))
    }
}

fn trim(text: &str) -> &str {
    let blank = text.bytes().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\r')).count();
    text.get(blank..).unwrap_or_default()
}

/// Bytes of the text in quotes that `text` begins with.
fn text_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Bytes of the value that `text` begins with.
fn value_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes.first()? {
        b'"' => text_length(text),
        b'{' | b'[' => nested_length(text),
        _ => {
            let end =
                bytes.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\t' | b'\r')).unwrap_or(bytes.len());
            (end > 0).then_some(end)
        }
    }
}

fn nested_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at += text_length(text.get(at..)?)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    #[test]
    fn finds_values_of_every_kind_at_any_depth() {
        let text = r#" { "a" : 1.50 , "b":{"c":[1,{"d":"}"}],"e":"x\"y"}, "n":null, "plan \"A\"": true } "#;
        assert_eq!(find(text, &["a"]), Some("1.50"));
        assert_eq!(find(text, &["b", "c"]), Some(r#"[1,{"d":"}"}]"#));
        assert_eq!(find(text, &["b", "e"]).and_then(text_of).as_deref(), Some("x\"y"));
        assert_eq!(find(text, &["n"]).and_then(text_of), None);
        assert_eq!(find(text, &["plan \"A\""]), Some("true"));
        assert_eq!(find(text, &["missing"]), None);
        assert_eq!(find(text, &["a", "b"]), None);
    }

    #[test]
    fn broken_text_has_no_members_and_never_panics() {
        for text in ["", "{", "{\"a", "{\"a\":", "{\"a\":\"", "[1]", "{\"a\":\"\\", "null", "{\"ä\":[", "{]}"] {
            assert_eq!(find(text, &["a"]), None, "{text}");
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(".{0,5}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #[test]
        fn members_agree_with_a_full_parse(map in proptest::collection::btree_map(".{0,5}", any_json(), 0..5), pretty in any::<bool>()) {
            let value = Value::Object(map.into_iter().collect::<Map<_, _>>());
            let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
            let read: Map<String, Value> = Members::of(&text).map(|(name, raw)| (name.text().into_owned(), serde_json::from_str(raw).unwrap())).collect();
            prop_assert_eq!(Value::Object(read), value);
        }

        #[test]
        fn any_text_is_survived(text in ".{0,60}") {
            let _ = Members::of(&text).count();
        }
    }
}
