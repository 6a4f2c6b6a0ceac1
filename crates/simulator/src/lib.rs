//! A believable company's customers, from a seed: their history as exports and events, and the live stream that continues it.
//!
//! Everything is a pure function of the [`Config`]: the events of an account's day do not depend on what was asked before, so history, the catch-up
//! after a pause and the live stream always agree, and repeating any of them gives the same message ids.

mod account;
mod calendar;
mod chance;
mod company;
mod event;
mod life;
mod live;
mod names;
mod records;
mod table;

pub use account::{Account, Person, Tier, User};
pub use company::{Company, Config};
pub use event::{EVENT_COLUMNS, Event, event_row};
pub use life::{Cause, Life, Trouble};
pub use live::LiveFeed;
pub use table::Table;
