//! Recurring revenue, pure and exact: what subscription lines are worth a month, how those who pay move between two days, how much stays.
//!
//! A [`Line`] says what it is worth on any day; a [`Period`] is two days; [`Revenue`] is what happened between them. Who pays - an account, or an
//! account for one product - is the caller's grain: here it is a number. A [`Contract`] says when a line renews and until when notice can be given, and
//! which line is its [`Follower`]; a [`RenewalStage`] where that stands on its time line; a [`Billing`] what the line will bill next, by [`Tiers`]
//! where its price has them.

mod billing;
mod contract;
mod line;
mod movement;
mod period;
mod renewal;
mod revenue;
mod succession;
mod tiers;

pub use billing::{Billing, Gap, Outlook, Pace, Usage, share_above};
pub use contract::{Contract, EndMove, OptOut, RenewalDay};
pub use line::{Line, Terms};
pub use movement::Movement;
pub use period::{Period, Step};
pub use renewal::{Ending, LOOK_BACK_DAYS, RenewalStage, TIME_LINE_DAYS};
pub use revenue::{Change, Revenue, compounded};
pub use succession::Follower;
pub use tiers::{Tier, TierMode, TierPart, Tiers};
