//! A run: one subject's way through a play, as it is stored.

use std::collections::BTreeMap;

use mainstay_model::play::{Play, Reentry, Step};
use mainstay_model::{Day, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One subject's way through a play. Whoever stores it stores it whole.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Run {
    /// Digest of play, subject and trigger instant; the same at every replay.
    pub id: String,
    /// The play's name.
    pub play: String,
    /// The play's version it began with or was moved to.
    pub version: String,
    /// Whose it is.
    pub subject: Subject,
    /// Where it stands.
    pub status: Status,
    /// Whether it gets no effects because its account is held out, whatever the status.
    pub held_out: bool,
    /// The trigger instant: hour 0.
    pub started_at: Timestamp,
    /// By what its days are told.
    pub clock: RunClock,
    /// Its steps, in the order of the play.
    pub steps: Vec<StepRecord>,
    /// Its goals, in the order of the play.
    pub goals: Vec<GoalRecord>,
    /// When somebody of the account first responded.
    pub responded_at: Option<Timestamp>,
    /// Account columns at the trigger instant: `baseline.x`.
    pub baseline: BTreeMap<String, Value>,
    /// The trigger's own values: `trigger.x`.
    pub trigger: BTreeMap<String, Value>,
    /// The band just before the trigger instant.
    pub previous_band: Option<String>,
    /// The score just before the trigger instant.
    pub previous_score: Option<f64>,
    /// How it ended; none where its steps were through.
    pub outcome: Option<String>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Whose run it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Subject {
    /// The account.
    pub account: String,
    /// What tells it from others of the account: the id of the subscription, person or user, for plays that say so with `per`; the value of
    /// the trigger, for plays with `reentry: { parallel: trigger.x }`.
    pub record: Option<String>,
}

impl Subject {
    /// Whose run of a play it is. `record` is the id of the subscription, person or user; `trigger` are the trigger's values.
    #[must_use]
    pub fn of(play: &Play, account: impl Into<String>, record: Option<String>, trigger: &BTreeMap<String, Value>) -> Self {
        let by_trigger = match &play.reentry {
            Reentry::Parallel(key) => key.strip_prefix("trigger."),
            _ => None,
        };
        let record = by_trigger.map_or(record, |name| match trigger.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
        });
        Self { account: account.into(), record }
    }
}

/// Where a run stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Under way.
    Running,
    /// Halted by a person.
    Paused,
    /// Under way without effects, to compare with.
    HeldOut,
    /// Over.
    Ended,
}

/// By what the days of a run are told; fixed when it begins.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunClock {
    /// The account's zone.
    pub zone: Zone,
    /// Minutes after midnight at which steps that are days are due.
    pub play_hour_minute: u16,
    /// The date of a date trigger.
    pub date: Option<Day>,
    /// When that date became known; steps before it are past.
    pub dated_at: Timestamp,
}

/// A step of a run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StepRecord {
    /// Its name in the play.
    pub name: String,
    /// Where it stands.
    pub state: StepState,
    /// How many times it has come round before.
    pub repetition: u32,
    /// When it is, or was, due; none before the first input, and while it follows a step that is not decided.
    pub due_at: Option<Timestamp>,
    /// When what it waits for first came.
    pub heard_at: Option<Timestamp>,
    /// When it was last decided.
    pub decided_at: Option<Timestamp>,
    /// How it was last decided.
    pub outcome: Option<StepOutcome>,
    /// What came of its task.
    pub task_outcome: Option<String>,
}

/// Where a step stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Its time has not come.
    Pending,
    /// It waits for something.
    Waiting {
        /// Until when.
        until: Timestamp,
    },
    /// It waits for somebody's answer.
    Approving {
        /// The list of its effects that is interrupted.
        list: usize,
        /// The place in the list at which it goes on.
        next: usize,
        /// Until when.
        until: Timestamp,
        /// Whether it goes on when nobody answers.
        proceeds: bool,
    },
    /// It has its outcome.
    Decided,
}

/// How a step was decided.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// Its effects were planned.
    Done,
    /// It did not happen.
    Skipped(Skip),
    /// An effect failed for good.
    Failed(String),
    /// The run ended, or moved to another version, before its time.
    Superseded,
}

/// Why a step did not happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// Its day before the date lay behind when the run began.
    Past,
    /// Its `when` was not true.
    When,
    /// Its `unless` was true.
    Unless,
    /// No branch was true.
    NoBranch,
    /// It was overdue for so long that its messages were not worth sending.
    Stale,
    /// The account is held out.
    HeldOut,
    /// Somebody said no.
    Declined,
    /// Nobody answered.
    Unanswered,
}

impl StepOutcome {
    /// The word of `step.<name>.outcome`, of logs and of pages.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Skipped(_) => "skipped",
            Self::Failed(_) => "failed",
            Self::Superseded => "superseded",
        }
    }
}

impl Skip {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Past, Self::When, Self::Unless, Self::NoBranch, Self::Stale, Self::HeldOut, Self::Declined, Self::Unanswered];

    /// The reason of a word; none where there is no such word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|skip| skip.word() == word)
    }

    /// The reason as a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Past => "past",
            Self::When => "when",
            Self::Unless => "unless",
            Self::NoBranch => "no_branch",
            Self::Stale => "stale",
            Self::HeldOut => "held_out",
            Self::Declined => "declined",
            Self::Unanswered => "unanswered",
        }
    }

    /// The reason as a sentence's end, for who does not see the step's conditions.
    #[must_use]
    pub const fn why(self) -> &'static str {
        match self {
            Self::Past => "its day was past when the run began",
            Self::When => "its condition did not hold",
            Self::Unless => "its exception held",
            Self::NoBranch => "no branch was true",
            Self::Stale => "too late for its messages",
            Self::HeldOut => "the account is held out",
            Self::Declined => "the approval was declined",
            Self::Unanswered => "nobody answered the approval",
        }
    }
}

/// A goal of a run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GoalRecord {
    /// Its name in the play.
    pub name: String,
    /// Whether it has been not true since the run began, so that its becoming true counts.
    pub open: bool,
    /// When it was reached.
    pub reached_at: Option<Timestamp>,
}

/// What a run begins with.
#[derive(Clone, PartialEq, Debug)]
pub struct Opening {
    /// Whose it is.
    pub subject: Subject,
    /// The trigger instant.
    pub at: Timestamp,
    /// The account's zone.
    pub zone: Zone,
    /// Minutes after midnight at which steps that are days are due.
    pub play_hour_minute: u16,
    /// The date of a date trigger.
    pub date: Option<Day>,
    /// Whether its account is held out.
    pub held_out: bool,
    /// The account's columns of `Play::baselines` at the trigger instant.
    pub baseline: BTreeMap<String, Value>,
    /// The trigger's own values.
    pub trigger: BTreeMap<String, Value>,
    /// The band just before.
    pub previous_band: Option<String>,
    /// The score just before.
    pub previous_score: Option<f64>,
}

impl Run {
    /// A run before its first input, [`Input::Start`](crate::Input::Start).
    #[must_use]
    pub fn open(play: &Play, opening: Opening) -> Self {
        let status = if opening.held_out { Status::HeldOut } else { Status::Running };
        let Opening { subject, at, zone, play_hour_minute, date, held_out, baseline, trigger, previous_band, previous_score } = opening;
        Self {
            id: crate::run_id(&play.name, &subject, at),
            play: play.name.clone(),
            version: play.version.clone(),
            subject,
            status,
            held_out,
            started_at: at,
            clock: RunClock { zone, play_hour_minute, date, dated_at: at },
            steps: play.steps.iter().map(StepRecord::new).collect(),
            goals: play.goals.iter().map(|goal| GoalRecord { name: goal.name.clone(), open: false, reached_at: None }).collect(),
            responded_at: None,
            baseline,
            trigger,
            previous_band,
            previous_score,
            outcome: None,
            ended_at: None,
        }
    }

    /// Whether it is over.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.status == Status::Ended
    }

    /// The step of a name.
    #[must_use]
    pub fn step(&self, name: &str) -> Option<&StepRecord> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// The next instant at which something is due without any further input; none for a run that is paused or over.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let running = matches!(self.status, Status::Running | Status::HeldOut);
        self.steps.iter().filter(|_| running).filter_map(StepRecord::next_due).min()
    }
}

impl StepRecord {
    /// A step whose due time is not worked out yet.
    pub(crate) fn new(step: &Step) -> Self {
        Self {
            name: step.name.clone(),
            state: StepState::Pending,
            repetition: 0,
            due_at: None,
            heard_at: None,
            decided_at: None,
            outcome: None,
            task_outcome: None,
        }
    }

    /// Whether its time has not come yet, not even once.
    pub(crate) fn is_fresh(&self) -> bool {
        self.state == StepState::Pending && self.repetition == 0 && self.decided_at.is_none()
    }

    /// Whether an effect of it failed for good and it is not to come again.
    pub(crate) fn has_failed(&self) -> bool {
        self.state == StepState::Decided && matches!(self.outcome, Some(StepOutcome::Failed(_)))
    }

    /// When it wants to be looked at again by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        match self.state {
            StepState::Pending => self.due_at,
            StepState::Waiting { until } | StepState::Approving { until, .. } => Some(until),
            StepState::Decided => None,
        }
    }
}
