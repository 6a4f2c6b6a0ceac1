//! The ids and names of all accounts as one text in small letters, so that a search is one pass over memory.

use memchr::memmem::Finder;

/// No text contains this byte.
const END: u8 = 0xFF;
/// Dead entries that are always borne with.
const FEW: usize = 1024;

/// Entries `id END name END`; an account whose name changes gets a new one, and the old one is dead.
#[derive(Clone, Debug, Default)]
pub(crate) struct SearchText {
    text: Vec<u8>,
    entries: Vec<Entry>,
    /// The live entry of each account.
    live: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: usize,
    id_bytes: u32,
    subject: u32,
}

const NONE: u32 = u32::MAX;

impl SearchText {
    /// How many accounts it knows.
    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }

    /// Whether an account can be found.
    pub(crate) fn has(&self, subject: u32) -> bool {
        self.live.get(subject as usize).is_some_and(|live| *live != NONE)
    }

    /// Says by which id and name an account is found.
    pub(crate) fn set(&mut self, subject: u32, id: &str, name: Option<&str>) {
        let id = id.to_lowercase();
        let name = name.unwrap_or_default().to_lowercase();
        if self.parts(subject).is_some_and(|known| known == (id.as_bytes(), name.as_bytes())) {
            return;
        }
        let entry = Entry { start: self.text.len(), id_bytes: u32::try_from(id.len()).unwrap_or(u32::MAX), subject };
        for part in [id.as_bytes(), name.as_bytes()] {
            self.text.extend_from_slice(part);
            self.text.push(END);
        }
        let at = subject as usize;
        if self.live.len() <= at {
            self.live.resize(at + 1, NONE);
        }
        if let Some(live) = self.live.get_mut(at) {
            *live = u32::try_from(self.entries.len()).unwrap_or(NONE);
        }
        self.entries.push(entry);
        if self.entries.len() > 2 * self.live.len() + FEW {
            self.tidy();
        }
    }

    /// What an account is called, in small letters: its name, or its id where nobody said.
    pub(crate) fn called(&self, subject: usize) -> &[u8] {
        let parts = u32::try_from(subject).ok().and_then(|subject| self.parts(subject));
        parts.map_or(&[], |(id, name)| if name.is_empty() { id } else { name })
    }

    fn parts(&self, subject: u32) -> Option<(&[u8], &[u8])> {
        let at = *self.live.get(subject as usize)? as usize;
        let entry = self.entries.get(at)?;
        let text = self.text.get(entry.start..self.end_of(at))?;
        let (id, rest) = text.split_at_checked(entry.id_bytes as usize)?;
        Some((id, rest.get(1..rest.len().checked_sub(1)?)?))
    }

    fn end_of(&self, entry: usize) -> usize {
        self.entries.get(entry + 1).map_or(self.text.len(), |next| next.start)
    }

    /// Whether the id or the name of each account contains a text, which is in small letters.
    pub(crate) fn found(&self, wanted: &str) -> Vec<bool> {
        let mut found = vec![false; self.live.len()];
        let finder = Finder::new(wanted.as_bytes());
        let (mut from, mut at) = (0, 0);
        while let Some(place) = self.text.get(from..).and_then(|rest| finder.find(rest)) {
            while self.end_of(at) <= from + place {
                at += 1;
            }
            let Some(entry) = self.entries.get(at) else { break };
            if self.live.get(entry.subject as usize).is_some_and(|live| *live as usize == at)
                && let Some(one) = found.get_mut(entry.subject as usize)
            {
                *one = true;
            }
            // One hit in an entry is enough.
            from = self.end_of(at);
            at += 1;
        }
        found
    }

    /// Leaves dead entries out.
    fn tidy(&mut self) {
        let mut other = Self { live: vec![NONE; self.live.len()], ..Self::default() };
        for (at, entry) in self.entries.iter().enumerate() {
            if self.live.get(entry.subject as usize).is_none_or(|live| *live as usize != at) {
                continue;
            }
            let start = other.text.len();
            other.text.extend_from_slice(self.text.get(entry.start..self.end_of(at)).unwrap_or_default());
            if let Some(live) = other.live.get_mut(entry.subject as usize) {
                *live = u32::try_from(other.entries.len()).unwrap_or(NONE);
            }
            other.entries.push(Entry { start, ..*entry });
        }
        *self = other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(search: &SearchText, wanted: &str) -> Vec<usize> {
        search.found(wanted).iter().enumerate().filter(|(_, hit)| **hit).map(|(subject, _)| subject).collect()
    }

    #[test]
    fn an_account_is_found_by_parts_of_its_id_and_its_present_name_and_never_across_them() {
        let mut search = SearchText::default();
        search.set(0, "ACME", Some("Acme Inc"));
        search.set(2, "bolt", Some("Bolt"));
        search.set(1, "cargo", None);
        assert_eq!(hits(&search, "acme"), [0]);
        assert_eq!(hits(&search, "o"), [1, 2]);
        assert_eq!(hits(&search, "meacme"), Vec::<usize>::new());
        search.set(0, "ACME", Some("Zeta"));
        assert_eq!(hits(&search, "inc"), Vec::<usize>::new());
        assert_eq!(search.called(0), b"zeta");
        assert_eq!(search.called(1), b"cargo");
    }

    #[test]
    fn many_changes_of_a_name_take_no_more_and_more_memory() {
        let mut search = SearchText::default();
        search.set(1, "bolt", Some("Bolt"));
        (0..10_000).for_each(|turn| search.set(0, "acme", Some(&format!("name {turn}"))));
        assert!(search.entries.len() <= 2 * search.len() + FEW, "{}", search.entries.len());
        assert_eq!(hits(&search, "name 9999"), [0]);
        assert_eq!(hits(&search, "bolt"), [1]);
        assert_eq!(hits(&search, "name 7777"), Vec::<usize>::new());
    }
}
