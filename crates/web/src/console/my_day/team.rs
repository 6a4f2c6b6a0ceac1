//! The people who work: whom tasks can be given to, who is away, who has how much to do.

use mainstay_app::people::Person;
use mainstay_app::tasks::{Absence, WorkLoad};

use super::view::{NOBODY, View};
use crate::console::words::{Moment, label};

/// Somebody who can be given tasks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Colleague {
    /// Their address.
    pub email: String,
    /// What colleagues call them.
    pub name: String,
}

impl Colleague {
    /// Everybody who signs in, by name.
    #[must_use]
    pub fn all(people: Vec<Person>) -> Vec<Self> {
        let here = people.into_iter().filter(|person| person.disabled_at.is_none());
        let mut all: Vec<Self> = here.map(|person| Self { email: person.email, name: person.name }).collect();
        all.sort_by(|a, b| (a.name.to_lowercase(), &a.email).cmp(&(b.name.to_lowercase(), &b.email)));
        all
    }
}

/// What colleagues call somebody; their address where nobody knows.
#[must_use]
pub fn name_of(address: &str, colleagues: &[Colleague]) -> String {
    let known = colleagues.iter().find(|colleague| colleague.email == address);
    known.map_or_else(|| address.to_owned(), |colleague| colleague.name.clone())
}

/// An absence.
#[derive(Clone, Debug)]
pub struct AbsenceLine {
    /// Who is away, by address.
    pub person: String,
    /// Who is away and until when, in words.
    pub words: String,
    /// Its beginning, as the form sends it back.
    pub from: String,
}

impl AbsenceLine {
    /// An absence in words.
    #[must_use]
    pub fn new(away: &Absence, colleagues: &[Colleague], moment: &Moment) -> Self {
        let cover =
            away.cover.as_deref().map_or_else(|| "nobody covers".to_owned(), |cover| format!("{} covers", name_of(cover, colleagues)));
        let name = name_of(&away.person, colleagues);
        let from = if away.from_at > moment.now { format!("from {} ", moment.full(away.from_at)) } else { String::new() };
        Self {
            words: format!("{name} is away {from}until {}; {cover}", moment.full(away.until_at)),
            person: away.person.clone(),
            from: away.from_at.to_rfc3339(),
        }
    }
}

/// How much everybody has to do.
#[derive(Clone, Debug)]
pub struct Team {
    /// Everybody, the most overdue first.
    pub people: Vec<LoadLine>,
    /// Promises by role.
    pub promises: Vec<PromiseLine>,
}

/// One person's open tasks.
#[derive(Clone, Debug)]
pub struct LoadLine {
    /// What colleagues call them.
    pub name: String,
    /// Their tasks.
    pub href: String,
    /// Open, overdue, due this week.
    pub counts: [u64; 3],
    /// That they are away, or have left.
    pub note: String,
}

/// How promises to a role were kept.
#[derive(Clone, Debug)]
pub struct PromiseLine {
    /// The role.
    pub role: String,
    /// Kept, missed, running.
    pub counts: [u64; 3],
    /// The median time to the end, in worked hours and minutes.
    pub median: String,
}

impl Team {
    /// The load in words.
    #[must_use]
    pub fn new(load: &WorkLoad, moment: &Moment) -> Self {
        let people = load.owners.iter().map(|one| LoadLine {
            name: one.name.clone().or_else(|| one.owner.clone()).unwrap_or_else(|| "Nobody".to_owned()),
            href: View { whose: one.owner.clone().unwrap_or_else(|| NOBODY.to_owned()), ..View::default() }.here(),
            counts: [one.open, one.overdue, one.due_this_week],
            note: match (one.has_left, one.away_until) {
                (true, _) => "has left".to_owned(),
                (false, Some(until)) => format!("away until {}", moment.full(until)),
                (false, None) => String::new(),
            },
        });
        let promises = load.promises.iter().map(|one| PromiseLine {
            role: label(&one.role),
            counts: [one.kept, one.missed, one.running],
            median: one.median_minutes.map_or_else(|| "–".to_owned(), worked),
        });
        Self { people: people.collect(), promises: promises.collect() }
    }
}

/// Worked minutes in words.
fn worked(minutes: i64) -> String {
    if minutes < 60 { format!("{minutes} min") } else { format!("{} h {} min", minutes / 60, minutes % 60) }
}
