//! Which column means what, by the names that exports use.

use mainstay_lake::rows::GuessedColumn;
use mainstay_model::FieldType;

/// Names of the column with the account, the surest first.
pub(super) const ACCOUNT: &[&str] = &[
    "account_id",
    "account",
    "company_id",
    "customer_id",
    "organization_id",
    "organisation_id",
    "org_id",
    "group_id",
    "tenant_id",
    "client_id",
    "workspace_id",
    "company",
    "customer",
];
/// Names of the column with the user.
pub(super) const USER: &[&str] = &["user_id", "user", "distinct_id", "contact_id", "person_id", "member_id", "email", "user_email"];
/// Names of the column that says what happened.
pub(super) const EVENT_NAME: &[&str] = &["event", "event_name", "event_type", "action", "activity", "name", "type"];
/// Names of the column with a message's own id.
pub(super) const EVENT_ID: &[&str] = &["message_id", "event_id", "insert_id", "uuid", "id"];
/// Names of the column that says when something happened.
pub(super) const EVENT_TIME: &[&str] =
    &["occurred_at", "timestamp", "event_time", "event_timestamp", "time", "ts", "datetime", "created_at", "date", "day"];
/// Names of the column that says when a record became what it is.
pub(super) const VERSION_TIME: &[&str] =
    &["occurred_at", "updated_at", "modified_at", "last_modified", "last_modified_at", "updated", "version_at"];

/// Other names under which exports have a field.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("amount", &["mrr", "price", "unit_price", "total", "total_amount", "value"]),
    ("answered_at", &["responded_at", "response_date", "submitted_at", "date"]),
    ("category", &["ticket_type", "topic"]),
    ("churned_on", &["churn_date", "churned_at"]),
    ("closed_at", &["close_date"]),
    ("comment", &["feedback", "comments", "verbatim"]),
    ("country", &["country_code"]),
    ("created_at", &["created", "created_on", "created_date", "signup_date", "opened_at", "customer_since"]),
    ("domain", &["website", "web_site", "url"]),
    ("due_at", &["due_date", "due_on"]),
    ("email", &["email_address", "mail"]),
    ("employees", &["employee_count", "headcount", "number_of_employees"]),
    ("ends_on", &["end_date", "ends_at", "end", "expires_on", "expiration_date", "contract_end"]),
    ("first_response_at", &["first_reply_at", "first_responded_at"]),
    ("held_at", &["meeting_date", "date", "scheduled_at"]),
    ("interval_months", &["bill_period_months", "billing_period_months", "period_months"]),
    ("issued_at", &["invoice_date", "issued_on", "issue_date", "date"]),
    ("kind", &["type", "survey_type", "meeting_type"]),
    ("limit_unit", &["units", "unit"]),
    ("name", &["company_name", "account_name", "full_name", "customer_name", "display_name"]),
    ("number", &["invoice_number"]),
    ("owner", &["csm", "csm_email", "owner_email", "account_manager"]),
    ("paid_at", &["paid_on", "paid_date", "payment_date"]),
    ("parent_id", &["parent_account_id", "parent"]),
    ("requested_at", &["created_at", "date"]),
    ("score", &["rating", "nps_score", "nps"]),
    ("seats", &["seat_count", "licenses"]),
    ("seen_at", &["date", "published_at"]),
    ("segment", &["customer_segment"]),
    ("sent_at", &["sent", "send_date"]),
    ("solved_at", &["resolved_at", "closed_at", "solved"]),
    ("starts_on", &["start_date", "starts_at", "start", "begins_on", "contract_start"]),
    ("subject", &["summary", "title"]),
    ("time_zone", &["timezone", "tz"]),
    ("title", &["job_title", "position"]),
    ("user_id", &["contact_id", "respondent_id", "requester_id"]),
];

/// A column name without case, spaces and dashes.
pub(super) fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    for letter in name.trim().chars() {
        if letter.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit()) {
            plain.push('_');
        }
        plain.extend(if letter.is_alphanumeric() { letter.to_lowercase().collect::<Vec<_>>() } else { vec!['_'] });
        before = letter;
    }
    plain
}

/// The first of `names` that is a column, and accepted.
pub(super) fn first<'a>(
    columns: &'a [GuessedColumn],
    names: &[&str],
    accept: impl Fn(&GuessedColumn) -> bool,
) -> Option<&'a GuessedColumn> {
    names.iter().find_map(|name| columns.iter().find(|column| plain(&column.name) == *name && accept(column)))
}

/// The column that holds a field: by its own name, else by another that exports use.
pub(super) fn for_field<'a>(columns: &'a [GuessedColumn], field: &str) -> Option<&'a GuessedColumn> {
    let others = SYNONYMS.iter().find(|(name, _)| *name == field).map_or(&[][..], |(_, others)| others);
    first(columns, &[field], |_| true).or_else(|| first(columns, others, |_| true))
}

/// Whether a column holds days or times.
pub(super) fn is_time(column: &GuessedColumn) -> bool {
    matches!(column.kind, FieldType::Timestamp | FieldType::Date)
}

/// A column as a comment describes it.
pub(super) fn described(column: &GuessedColumn) -> String {
    let kind = serde_json::to_value(column.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
    let samples: Vec<String> = column
        .samples
        .iter()
        .map(|sample| sample.chars().take(24).map(|letter| if letter.is_control() { ' ' } else { letter }).collect())
        .collect();
    match samples.is_empty() {
        true => format!("{} (empty)", column.name),
        false => format!("{} ({kind}: {})", column.name, samples.join(", ")),
    }
}
