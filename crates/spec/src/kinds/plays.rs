//! `plays/*.yaml`: how a play is written.

pub(crate) mod actions;
pub(crate) mod build;
pub(crate) mod conditions;
pub(crate) mod lint;
pub(crate) mod reentry;

use mainstay_model::play::{Length, Moment, Per, Purpose, Shift};

use crate::decode::{Decode, Expression, Many, Read, Reads, Share, Word, Words, document};
use crate::document::At;
use crate::problem::Report;
use crate::yaml::{Content, Node};
use actions::ActionDoc;

document! {
    /// A play: what the product does about an account, step by step, once its trigger has fired.
    PlayDoc {
        /// What people read. Default: the name in words.
        label: Option<At<String>>,
        /// What it is for, in a sentence or two.
        description: Option<At<String>>,
        /// What it serves: `churn_prevention`, expansion, renewal, onboarding, adoption, feedback, relationship (default) or internal.
        purpose: Option<Word<Purpose>>,
        /// Whose run it is: account (default), subscription, person or user.
        per: Option<Word<Per>>,
        /// What begins a run.
        trigger: TriggerDoc,
        /// Asked once, at the trigger instant: SQL over account, run and subject columns.
        qualify: Option<Expression>,
        /// Whether the same subject may enter again: never, `after_exit` (default), `{ after: 60 days }`, `{ parallel: subscription.id }` or `{ parallel: trigger.id }`.
        reentry: Option<ReentryDoc>,
        /// Share of accounts that get no action. Default: none.
        holdout: Option<Share>,
        /// Which accounts it is limited to while it is tried.
        pilot: Option<PilotDoc>,
        /// 0 to 100. Default: 50.
        priority: Option<At<i32>>,
        /// Plays that do not start while a run is active, and whose messages are suppressed.
        excludes: Option<Vec<At<String>>>,
        /// Holds marketing messages of plays of lower priority: `below 60`.
        silences: Option<Read<Below>>,
        /// Whether applying a version starts runs for those already in the condition. Default: false.
        backfill: Option<At<bool>>,
        /// What a run is meant to reach; one or several.
        #[schemars(default)]
        goal: Many<GoalDoc>,
        /// What ends a run early; one or several.
        #[schemars(default)]
        exit: Many<ExitDoc>,
        /// The steps.
        steps: Vec<StepDoc>,
    }
}

document! {
    /// What begins a run: exactly one of `when`, `event`, `record`, `date`, `every` and `by_hand`.
    TriggerDoc {
        /// A condition over account columns that becomes true.
        when: Option<Expression>,
        /// With `when`: it must have lasted so long.
        hold: Option<Read<Length>>,
        /// An event of this name.
        event: Option<At<String>>,
        /// A record of this entity.
        record: Option<At<String>>,
        /// A date or timestamp field of the subject's record, or of the account.
        date: Option<At<String>>,
        /// With `date`: so long before or after it. Default: day 0.
        from: Option<Read<Shift>>,
        /// A schedule: a weekday, day, month or quarter.
        every: Option<At<String>>,
        /// With `every`: for which accounts.
        r#for: Option<Expression>,
        /// With `event`, `record` or `date`: which of them.
        r#where: Option<Expression>,
        /// Only a person or another play starts it.
        by_hand: Option<At<bool>>,
    }
}

document! {
    /// A play that is tried on some accounts first.
    PilotDoc {
        /// Share of accounts. Default: all.
        share: Option<Share>,
        /// Only accounts for which this holds.
        r#for: Option<Expression>,
    }
}

document! {
    /// Something a run is meant to reach.
    GoalDoc {
        /// The name used in `goal.<name>`.
        name: At<String>,
        /// The condition.
        when: Expression,
        /// Whether reaching it ends the run. Default: false.
        ends: Option<At<bool>>,
    }
}

document! {
    /// Something that ends a run early.
    ExitDoc {
        /// A condition that holds.
        when: Option<Expression>,
        /// Or an event that arrives.
        event: Option<At<String>>,
        /// With `event`: which of them.
        r#where: Option<Expression>,
        /// The run's outcome then.
        outcome: At<String>,
    }
}

document! {
    /// A step.
    StepDoc {
        /// When: immediately, hour 4, day 2, day 5 14:30, week 2, month 2, -90 days, 3 days after <step>.
        at: Read<Moment>,
        /// Unique in the play. Default: `step_1`, `step_2` ...
        name: Option<At<String>>,
        /// It happens only if this is true.
        when: Option<Expression>,
        /// It does not happen if this is true.
        unless: Option<Expression>,
        /// A promise: its tasks are due so long after its instant.
        within: Option<Read<Length>>,
        /// It comes again: `1 day until day 0`.
        every: Option<Read<Again>>,
        /// What is done.
        #[schemars(default)]
        r#do: Vec<ActionDoc>,
        /// The first branch that is true.
        choose: Option<Vec<BranchDoc>>,
        /// Waits for an event, a condition or a reply.
        wait_for: Option<WaitDoc>,
        /// With `wait_for`: what is done when it came.
        then: Option<Vec<ActionDoc>>,
        /// With `wait_for`: what is done when it did not.
        r#else: Option<Vec<ActionDoc>>,
    }
}

document! {
    /// A branch: `when` with `do`, or `otherwise`.
    BranchDoc {
        /// The condition.
        when: Option<Expression>,
        /// The last branch: what is done where no condition is true. `otherwise:` alone with `do:`, or with the actions beneath it.
        otherwise: Option<Vec<ActionDoc>>,
        /// What is done.
        #[schemars(default)]
        r#do: Vec<ActionDoc>,
    }
}

document! {
    /// What a step waits for; what came since the run began counts.
    WaitDoc {
        /// An event of this name.
        event: Option<At<String>>,
        /// With `event`: which of them.
        r#where: Option<Expression>,
        /// A condition.
        when: Option<Expression>,
        /// A reply, click, answer or attendance.
        reply: Option<At<bool>>,
        /// For how long.
        r#for: Read<Length>,
    }
}

document! {
    /// Re-entry other than `never` and `after_exit`.
    ReentryMapDoc {
        /// So long after the run before began.
        after: Option<Read<Length>>,
        /// Side by side: one for each subject (`subscription.id`) or, for plays per account, for each value of the trigger (`trigger.id`).
        parallel: Option<At<String>>,
    }
}

/// Whether the same subject may enter again.
pub(crate) enum ReentryDoc {
    Word(At<String>),
    Map(ReentryMapDoc),
}

impl Decode for ReentryDoc {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        match &node.content {
            Content::Map { .. } => ReentryMapDoc::decode(node, report).map(Self::Map),
            _ => At::decode(node, report).map(Self::Word),
        }
    }
}

impl schemars::JsonSchema for ReentryDoc {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Reentry".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let map = generator.subschema_for::<ReentryMapDoc>();
        schemars::json_schema!({ "anyOf": [{ "type": "string", "enum": ["never", "after_exit"] }, map] })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl Words for Purpose {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("churn_prevention", Self::ChurnPrevention),
        ("expansion", Self::Expansion),
        ("renewal", Self::Renewal),
        ("onboarding", Self::Onboarding),
        ("adoption", Self::Adoption),
        ("feedback", Self::Feedback),
        ("relationship", Self::Relationship),
        ("internal", Self::Internal),
    ];
}

impl Words for Per {
    const WORDS: &'static [(&'static str, Self)] =
        &[("account", Self::Account), ("subscription", Self::Subscription), ("person", Self::Person), ("user", Self::User)];
}

impl Reads for Length {
    const WHAT: &'static str = "a length of time";
    const HOW: &'static str = "`4 hours`, `3 days`, `2 weeks`, `1 month`, `4 business hours` or `1 business day`, at most ten years";

    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl Reads for Shift {
    const WHAT: &'static str = "a distance from a date";
    const HOW: &'static str = "`-120 days`, `-3 months`, `day 0` or `7 days`";

    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl Reads for Moment {
    const WHAT: &'static str = "a moment of a run";
    const HOW: &'static str =
        "`immediately`, `hour 4`, `day 2`, `day 5 14:30`, `week 2`, `month 2`, `-90 days`, `day 0` or `3 days after <step>`";

    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

/// A priority below which messages are held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Below(pub(crate) u8);

impl Reads for Below {
    const WHAT: &'static str = "a bound of priorities";
    const HOW: &'static str = "`below 60`";

    fn read(text: &str) -> Option<Self> {
        text.strip_prefix("below ").and_then(|number| number.trim().parse().ok()).filter(|number| *number <= 100).map(Self)
    }
}

/// How a step comes again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Again {
    pub(crate) every: Length,
    pub(crate) until: Option<Moment>,
}

impl Reads for Again {
    const WHAT: &'static str = "a repetition";
    const HOW: &'static str = "`1 day`, or `1 day until day 0`";

    fn read(text: &str) -> Option<Self> {
        let (every, until) = match text.split_once(" until ") {
            Some((every, until)) => (every, Some(Moment::parse(until)?)),
            None => (text, None),
        };
        Length::parse(every).filter(|every| !every.is_zero()).map(|every| Self { every, until })
    }
}
