//! One transaction decides: new states of runs, their steps and everything these set off are written together, or not at all.

mod write;

use serde::Serialize;

use crate::Store;
use crate::dialect;
use crate::error::{Attempt, Result, StoreError};
use crate::in_app::InAppMessage;
use crate::interventions::Intervention;
use crate::outbox::OutboxEntry;
use crate::plays::{PlayBaseline, PlayCondition, PlayCursor};
use crate::refusals::PlayRefusal;
use crate::runs::{PlayRun, RunStatus};
use crate::steps::PlayStep;
use crate::tags::AccountTag;
use crate::tasks::Task;
use crate::verdicts::MessageVerdict;
use mainstay_model::Timestamp;

pub(crate) const DECIDE: &str = "write what was decided about runs";
/// How often a decision is tried that lost against another process for no reason of its own.
const MAX_ATTEMPTS: u32 = 5;

/// What was decided about many runs at one instant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DecisionBatch {
    /// Runs that begin or change. A run is in a batch once; what comes later about the same one is answered as stale.
    pub runs: Vec<Decided>,
    /// Subjects for which a play's condition began to hold.
    pub conditions_met: Vec<PlayCondition>,
    /// Subjects for which it holds no more: play and subject.
    pub conditions_ended: Vec<(String, String)>,
    /// Triggers that were looked at for the first time.
    pub baselines: Vec<PlayBaseline>,
    /// How far the look reaches that the decision came of.
    pub cursor: Option<PlayCursor>,
    /// Messages that are delayed or suppressed by the decision itself.
    pub verdicts: Vec<MessageVerdict>,
    /// Ended tasks of which no run needs to hear: the task and when it was ended.
    pub heard_tasks: Vec<(String, Timestamp)>,
    /// Candidates for whom no run starts.
    pub refusals: Vec<PlayRefusal>,
}

/// What was decided about one run: how it stands now, and what that set off.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided {
    /// The run.
    pub run: RunWrite,
    /// Steps that were decided about.
    pub steps: Vec<PlayStep>,
    /// What is to leave the product.
    pub outbox: Vec<OutboxEntry>,
    /// Work for people.
    pub tasks: Vec<Task>,
    /// Tags to set.
    pub tags: Vec<AccountTag>,
    /// Tags to remove: account and tag.
    pub removed_tags: Vec<(String, String)>,
    /// Lines for the log of interventions.
    pub interventions: Vec<Intervention>,
    /// Messages to show inside the customer's product.
    pub in_app: Vec<InAppMessage>,
    /// Ended tasks that the run has heard of: the task and when it was ended.
    pub heard_tasks: Vec<(String, Timestamp)>,
    /// Set where the run ends before its last step: what it set off earlier and is not done yet ends with it.
    pub ending: Option<Ending>,
}

/// A run that ends before its last step: messages of it that have not left are withdrawn, its open tasks cancelled. What the same decision sets off
/// stays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ending {
    /// Who ended it: a person's address or the name of a play.
    pub by: String,
    /// Why, as the tasks and messages say it.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

impl Decided {
    /// A decision that sets nothing off.
    #[must_use]
    pub fn of(run: RunWrite) -> Self {
        Self {
            run,
            steps: Vec::new(),
            outbox: Vec::new(),
            tasks: Vec::new(),
            tags: Vec::new(),
            removed_tags: Vec::new(),
            interventions: Vec::new(),
            in_app: Vec::new(),
            heard_tasks: Vec::new(),
            ending: None,
        }
    }
}

/// How a run is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RunWrite {
    /// It begins.
    Begin(Box<PlayRun>),
    /// It was there.
    Change(RunChange),
}

impl RunWrite {
    /// The run's id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Begin(run) => &run.id,
            Self::Change(change) => &change.id,
        }
    }
}

/// How a run stands after a decision. Its claim ends with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunChange {
    /// The run.
    pub id: String,
    /// The revision that the decision looked at.
    pub revision: i64,
    /// The version that it runs by from now on; another one only when a person moved it.
    pub version: String,
    /// Where it stands.
    pub status: RunStatus,
    /// How it ended.
    pub outcome: Option<String>,
    /// The machine's state, as JSON.
    pub state: String,
    /// When it is to be looked at next.
    pub due_at: Option<Timestamp>,
    /// Its priority.
    pub priority: i64,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When this was decided.
    pub updated_at: Timestamp,
}

/// What became of one run's part of a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is written, with everything that it set off.
    Written,
    /// It had been decided before: the run began already, or one of the steps is decided. Nothing of it is written.
    Repeated,
    /// Somebody decided about the run since it was read, or there is no such run. Nothing of it is written; read it again.
    Stale,
}

impl Store {
    /// Writes a batch in one transaction and answers for each run, in the order given. Parts that are repeated or stale change nothing
    /// and do not keep the others from being written.
    ///
    /// # Errors
    /// [`StoreError::Query`] when nothing of the batch was written.
    pub async fn decide(&self, batch: &DecisionBatch) -> Result<Vec<Answer>> {
        let mut attempt = 1;
        loop {
            match self.decide_once(batch).await {
                Err(StoreError::Query { source, .. }) if attempt < MAX_ATTEMPTS && dialect::lost_to_another(&source) => attempt += 1,
                answer => return answer,
            }
        }
    }

    async fn decide_once(&self, batch: &DecisionBatch) -> Result<Vec<Answer>> {
        let mut transaction = dialect::begin_write(&self.pool, self.dialect, DECIDE).await?;
        let answers = write::batch(&mut transaction, batch).await.attempt(DECIDE)?;
        transaction.commit().await.attempt(DECIDE)?;
        Ok(answers)
    }
}
