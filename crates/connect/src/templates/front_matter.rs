//! The lines between `---` at the head of a template: subject, preheader, category.

use super::Part;
use crate::error::{ConnectError, Result};

const FENCE: &str = "---";

pub(super) struct FrontMatter {
    pub(super) subject: Option<Part>,
    pub(super) preheader: Option<Part>,
    pub(super) category: Option<String>,
    pub(super) body: Part,
}

/// Takes a template's text apart. Each line of the front matter is `name: value`, the value in quotation marks or without.
pub(super) fn read(path: &str, text: &str) -> Result<FrontMatter> {
    let wrong = |line, why: String| ConnectError::Template { path: path.to_owned(), line, why };
    let text = text.replace("\r\n", "\n");
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut front = FrontMatter { subject: None, preheader: None, category: None, body: Part { source: text.to_owned(), line: 1 } };
    let mut lines = text.split('\n').enumerate();
    if lines.next().is_none_or(|(_, line)| line.trim_end() != FENCE) {
        return Ok(front);
    }
    for (index, line) in &mut lines {
        let number = index + 1;
        if line.trim_end() == FENCE {
            front.body = Part { source: lines.map(|(_, line)| line).collect::<Vec<_>>().join("\n"), line: number + 1 };
            return Ok(front);
        }
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let (name, value) =
            line.split_once(':').ok_or_else(|| wrong(number, format!("`{line}` is no front matter; write `name: value`")))?;
        let value = unquoted(value.trim());
        let part = Part { source: value.to_owned(), line: number };
        match name.trim() {
            "subject" => front.subject = Some(part),
            "preheader" => front.preheader = Some(part),
            "category" => front.category = Some(value.to_owned()),
            other => {
                return Err(wrong(number, format!("there is no `{other}` in front matter; there are subject, preheader and category")));
            }
        }
    }
    Err(wrong(1, format!("the front matter has no end; close it with a line of `{FENCE}`")))
}

fn unquoted(value: &str) -> &str {
    ['"', '\''].iter().find_map(|mark| value.strip_prefix(*mark)?.strip_suffix(*mark)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_is_taken_off_and_lines_are_those_of_the_file() {
        let front =
            read("a.md", "---\nsubject: \"Hello: you\"\n# a remark\ncategory: success\n---\nBody\n").unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(front.subject, Some(Part { source: "Hello: you".into(), line: 2 }));
        assert_eq!(front.category.as_deref(), Some("success"));
        assert_eq!(front.body, Part { source: "Body\n".into(), line: 6 });
    }

    #[test]
    fn what_is_no_front_matter_is_named_with_its_line() {
        let message = |text| read("a.md", text).err().unwrap().to_string();
        assert!(message("---\nsubjct: x\n---\n").starts_with("a.md:2: there is no `subjct`"));
        assert!(message("---\nsubject x\n---\n").starts_with("a.md:2: `subject x` is no front matter"));
        assert!(message("---\nsubject: x\n").starts_with("a.md:1: the front matter has no end"));
    }
}
