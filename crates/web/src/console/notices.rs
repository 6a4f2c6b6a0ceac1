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
        "password" => "Your password is changed.",
        "reloaded" => "The workspace was read again.",
        _ => return None,
    };
    Some(sentence.to_owned())
}
