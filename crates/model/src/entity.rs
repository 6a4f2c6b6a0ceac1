//! Entities: the kinds of record a customer-success team knows, with their typed fields. Workspaces add fields and entities of their own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The type of a field, as declared in `entities/*.yaml`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Any text.
    Text,
    /// A whole number of at most 18 digits.
    Integer,
    /// A decimal number, at most 18 digits before and 9 after the point; money among them.
    Decimal,
    /// True or false.
    Boolean,
    /// An instant with its zone.
    Timestamp,
    /// A calendar day.
    Date,
    /// Any JSON, kept as text.
    Json,
}

/// One field of an entity.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// The column name.
    pub name: String,
    /// The type.
    pub kind: FieldType,
    /// What it means, with its unit.
    pub description: String,
    /// Whether a record without it is refused (it may come in an earlier version).
    pub required: bool,
    /// Whether it names a person or can be traced to one.
    pub personal: bool,
}

/// One kind of record. The table, the folder and the SQL name are the same word.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entity {
    /// Plural, snake case: `subscriptions`.
    pub name: String,
    /// What one record of it is.
    pub description: String,
    /// The fields beside `id` (the record's id in its source).
    pub fields: Vec<Field>,
    /// Whether a workspace declared it (rather than the product).
    pub custom: bool,
}

impl Entity {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether its records belong to an account.
    #[must_use]
    pub fn has_account(&self) -> bool {
        self.name == "accounts" || self.field("account_id").is_some()
    }
}

/// The entities that every workspace has. Feature A2, A9, A11; money fields follow `semantics` section 6.
#[must_use]
pub fn built_in() -> Vec<Entity> {
    BUILT_IN
        .iter()
        .map(|(name, description, fields)| Entity {
            name: (*name).into(),
            description: (*description).into(),
            fields: fields.iter().map(|spec| parse_field(spec)).collect(),
            custom: false,
        })
        .collect()
}

type Declared = (&'static str, &'static str, &'static [&'static str]);

/// `name: type flags - description`; flags are `!` required, `~` personal.
const BUILT_IN: &[Declared] = &[
    (
        "accounts",
        "A company that is a customer, or may become one",
        &[
            "name: text - what people call it",
            "domain: text - main internet domain",
            "parent_id: text - the account it belongs to",
            "tier: text - e.g. enterprise, mid_market, smb",
            "segment: text - a label of the CRM's own",
            "industry: text - industry",
            "region: text - e.g. emea, americas, apac",
            "country: text - two-letter code",
            "time_zone: text - IANA name; the workspace's where absent",
            "stage: text - onboarding, adoption, renewal, churned ...",
            "stage_by: text ~ - who or which play set the stage last, where no source did",
            "stage_reason: text - why, in their words",
            "plan: text - the plan it pays for",
            "owner: text ~ - the customer-success manager's e-mail",
            "employees: integer - head count",
            "created_at: timestamp - when it became a customer",
            "churned_on: date - the first day without a contract",
            "csm_sentiment: text - the manager's own judgement: good, neutral or bad",
            "csm_sentiment_by: text ~ - who stated it last in the console, by e-mail",
        ],
    ),
    (
        "people",
        "A person at a customer: a contact of the CRM",
        &[
            "account_id: text ! - the account",
            "name: text ~ - full name",
            "email: text ~ - e-mail address",
            "title: text - job title",
            "role: text - champion, sponsor, admin, user, billing",
            "influence: text - high, medium or low",
            "sentiment: text - positive, neutral or negative",
            "left_on: date - the day the person left the company",
        ],
    ),
    (
        "users",
        "A product user: somebody who signs in",
        &[
            "account_id: text - the account, where the source says it",
            "name: text ~ - full name",
            "email: text ~ - e-mail address",
            "department: text - department",
            "title: text - job title",
            "created_at: timestamp - first seen",
        ],
    ),
    (
        "subscriptions",
        "One line of a contract",
        &[
            "account_id: text ! - the account",
            "product: text - what is paid for",
            "plan: text - plan or price tier",
            "status: text - active, past_due, trialing, paused or canceled; active where absent",
            "amount: decimal - price of one unit for one billing interval, in `currency`",
            "quantity: decimal - units; 1 where absent",
            "discount: decimal - share taken off, 0 to 1; 0 where absent",
            "interval_months: integer - months in a billing interval; 1 where absent",
            "currency: text - three-letter code; the workspace's where absent",
            "starts_on: date - first day",
            "ends_on: date - first day no longer covered",
            "term_months: integer - months of a term",
            "auto_renews: boolean - renews by itself",
            "renewal_months: integer - months that it renews for; `term_months` where absent",
            "notice_months: integer - months before the end by which notice must have been given",
            "notice_days: integer - days before the end by which notice must have been given, beside the months",
            "opt_out_days: integer - days before the end from which notice may be given; any time where absent",
            "discount_until: date - first day without the discount",
            "price_tiers: json - prices of a unit by quantity, as `[{\"up_to\": 100, \"amount\": 12}, {\"amount\": 9}]`",
            "tiers_mode: text - graduated: each price for the units within its tier; volume: one price for all; graduated where absent",
            "exit_clause: text - a right to leave before the end, in words",
            "exit_from: date - first day on which it can be used",
            "minimum_quantity: decimal - units that are paid for at least",
            "overage_amount: decimal - price of a unit beyond `limit_quantity`, in `currency`",
            "seats: integer - seats bought",
            "limit_quantity: decimal - what the plan allows",
            "limit_unit: text - of what: users, calls, gigabytes",
            "used_quantity: decimal - units used in the running billing interval, until the end of `used_on`",
            "used_on: date - the last day that `used_quantity` counts",
        ],
    ),
    (
        "invoices",
        "A bill",
        &[
            "account_id: text ! - the account",
            "number: text - invoice number",
            "subscription_id: text - the contract line, where it bills one alone",
            "amount: decimal - total in `currency`",
            "currency: text - three-letter code",
            "issued_at: timestamp - when it was sent",
            "due_at: timestamp - when it is due",
            "paid_at: timestamp - when it was paid in full",
            "status: text - open, paid, void or uncollectible",
        ],
    ),
    (
        "tickets",
        "A support case",
        &[
            "account_id: text ! - the account",
            "user_id: text ~ - who asked",
            "subject: text - one line",
            "status: text - open, pending, solved or closed",
            "priority: text - low, normal, high or urgent",
            "sentiment: text - positive, neutral or negative",
            "category: text - e.g. bug, question, billing",
            "escalated: boolean - handed up",
            "created_at: timestamp - opened",
            "first_response_at: timestamp - first answer by a person",
            "solved_at: timestamp - solved",
        ],
    ),
    (
        "surveys",
        "One answer to a survey",
        &[
            "account_id: text ! - the account",
            "user_id: text ~ - who answered",
            "kind: text - nps, csat or ces",
            "score: integer - NPS 0 to 10, CSAT 1 to 5, CES 1 to 7",
            "comment: text ~ - in their own words",
            "answered_at: timestamp - when",
        ],
    ),
    (
        "meetings",
        "A call, a review, a visit",
        &[
            "account_id: text ! - the account",
            "kind: text - qbr, check_in, training, kickoff",
            "title: text - one line",
            "status: text - held, missed or planned",
            "held_at: timestamp - when it is or was",
        ],
    ),
    (
        "emails",
        "One message to a person",
        &[
            "account_id: text ! - the account",
            "person_id: text ~ - to whom",
            "subject: text - one line",
            "sent_at: timestamp - sent",
            "tracked: boolean - false where nobody can know whether it was opened",
            "opened_at: timestamp - first opened",
            "clicked_at: timestamp - first link followed",
            "replied_at: timestamp - first reply",
            "bounced_at: timestamp - came back",
        ],
    ),
    (
        "opportunities",
        "A deal in the CRM",
        &[
            "account_id: text ! - the account",
            "kind: text - new, expansion or renewal",
            "stage: text - stage of the deal",
            "amount: decimal - expected annual value in `currency`",
            "currency: text - three-letter code",
            "created_at: timestamp - opened",
            "closed_at: timestamp - closed",
            "won: boolean - outcome",
        ],
    ),
    (
        "feature_requests",
        "Something a customer asked for",
        &[
            "account_id: text ! - the account",
            "title: text - one line",
            "premium: boolean - belongs to a higher plan",
            "status: text - open, planned, shipped or declined",
            "requested_at: timestamp - when",
        ],
    ),
    (
        "outside_signals",
        "News about a customer from elsewhere",
        &[
            "account_id: text ! - the account",
            "kind: text - job_change, layoffs, funding, hiring, new_office, budget_cut or competitor_tool",
            "person_id: text ~ - whom it concerns",
            "title: text - one line",
            "url: text - where it was read",
            "seen_at: timestamp - when it was seen",
        ],
    ),
    (
        "score_overrides",
        "A person's word against the computed score, for a while",
        &[
            "account_id: text ! - the account",
            "score: decimal ! - the score shown while it lasts, 0 to 100",
            "author: text ! ~ - who said so",
            "reason: text ! - why",
            "from_at: timestamp ! - from when",
            "until_at: timestamp ! - until when; it ends by itself",
        ],
    ),
    (
        "notes",
        "Something a colleague wrote down about an account",
        &["account_id: text ! - the account", "author: text ~ - who wrote it", "text: text ~ - what", "written_at: timestamp - when"],
    ),
    (
        "products",
        "Something the company sells",
        &["name: text - what people call it", "family: text - product line", "retired_on: date - end of life"],
    ),
];

fn parse_field(spec: &str) -> Field {
    let (head, description) = spec.split_once(" - ").unwrap_or((spec, ""));
    let (name, rest) = head.split_once(": ").unwrap_or((head, "text"));
    let mut words = rest.split_whitespace();
    let kind = match words.next().unwrap_or("text") {
        "integer" => FieldType::Integer,
        "decimal" => FieldType::Decimal,
        "boolean" => FieldType::Boolean,
        "timestamp" => FieldType::Timestamp,
        "date" => FieldType::Date,
        "json" => FieldType::Json,
        _ => FieldType::Text,
    };
    let flags: Vec<&str> = words.collect();
    Field { name: name.into(), kind, description: description.into(), required: flags.contains(&"!"), personal: flags.contains(&"~") }
}
