//! The page behind the link in a survey mail: one question, nobody signs in, and it works without scripting. The token is signed.

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use mainstay_app::AppError;
use mainstay_app::returns::{MAX_COMMENT_CHARACTERS, Survey, SurveyAnswer};

use super::Console;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::session::read_form;

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/survey.html")]
pub struct SurveyPage {
    /// What is around it.
    pub frame: Frame,
    /// What is asked, as a sentence.
    pub question: String,
    /// The numbers to choose from.
    pub numbers: Vec<u8>,
    /// What the first and the last number mean.
    pub ends: (&'static str, &'static str),
    /// What was answered before.
    pub chosen: Option<u8>,
    /// What was said before.
    pub comment: String,
    /// Whether it was answered just now.
    pub done: bool,
    /// The longest comment.
    pub longest: usize,
}

impl SurveyPage {
    /// The page of a survey.
    #[must_use]
    pub fn new(survey: &Survey, done: bool) -> Self {
        let company = &survey.company;
        let (question, ends) = match survey.kind.as_str() {
            "nps" => (format!("How likely are you to recommend {company} to a colleague?"), ("not at all", "very likely")),
            "ces" => (format!("{company} made it easy for us to get done what we wanted."), ("strongly disagree", "strongly agree")),
            "csat" => (format!("How content are you with {company}?"), ("not at all", "very")),
            _ => (format!("Has {company} dealt with what you told us?"), ("not at all", "completely")),
        };
        let (lowest, highest) = survey.scale();
        Self {
            frame: Frame::bare("Your answer"),
            question,
            numbers: (lowest..=highest).collect(),
            ends,
            chosen: survey.answer.as_ref().map(|answer| answer.score),
            comment: survey.answer.as_ref().map(|answer| answer.comment.clone()).unwrap_or_default(),
            done,
            longest: MAX_COMMENT_CHARACTERS,
        }
    }
}

/// Asks, with what was answered before. Nothing is changed: mail scanners open every link.
pub(crate) async fn ask(State(console): State<Console>, Path(token): Path<String>) -> PageResult {
    Ok(show(&SurveyPage::new(&console.app.survey(&token)?, false)))
}

/// Keeps the answer, or corrects it.
pub(crate) async fn answer(State(console): State<Console>, Path(token): Path<String>, body: Body) -> PageResult {
    let fields = read_form(body).await?;
    let score = fields.text("score").parse().map_err(|_| AppError::invalid("No number was chosen.").hint("Go back and choose one."))?;
    let answer = SurveyAnswer { score, comment: fields.text("comment").to_owned() };
    console.app.answer_survey(&token, &answer).await?;
    Ok(show(&SurveyPage::new(&console.app.survey(&token)?, true)))
}
