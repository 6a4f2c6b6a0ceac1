//! What a page says after a form has done its work. The address carries a word, never a text.

/// The sentence of a word; nothing for a word that is none.
#[must_use]
pub fn said(word: &str) -> Option<String> {
    let sentence = match word {
        "override" => "The score is overridden. The computed score is kept beside it.",
        "withdrawn" => "The override is withdrawn; the computed score is shown again.",
        "sentiment" => "Your sentiment is kept beside the computed score.",
        "stage" => "The account is in its new stage.",
        "note" => "The note is kept.",
        "view" => "The view is saved.",
        "view-removed" => "The view is removed.",
        "replayed" => "Replayed: the record is accepted.",
        "discarded" => "Discarded. The records stay listed under “discarded”.",
        "key-revoked" => "The write key is revoked; senders that use it get 401 from now on.",
        "token-revoked" => "The token is revoked.",
        "person-added" => "The person can sign in.",
        "person-disabled" => "The person cannot sign in any more; their sessions have ended.",
        "run-started" => "The run has begun.",
        "run-held-out" => "The account is held out: the run is recorded and gets no action.",
        "run-paused" => "The run is paused; no step is decided until it resumes.",
        "run-resumed" => "The run goes on.",
        "run-stopped" => "The run is stopped. What had not left is withdrawn, its open tasks are cancelled.",
        "run-moved" => "The run goes by the version in force from now on.",
        "sent-again" => "It is being sent again.",
        "play-saved" => "The document is saved and in force.",
        "password" => "Your password is changed.",
        "task-reopened" => "The task is open again.",
        "task-assigned" => "The task has another owner.",
        "task-moved" => "The task is due at another time.",
        "task-added" => "The task is made.",
        "absence-added" => "The absence is kept; tasks go to the cover meanwhile.",
        "absence-removed" => "The absence is removed.",
        "reloaded" => "The workspace was read again.",
        _ => return None,
    };
    Some(sentence.to_owned())
}
