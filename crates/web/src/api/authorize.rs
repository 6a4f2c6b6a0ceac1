//! Who a program is: a token made by an admin, with a role; or a command on the server's own machine, with the secret of its data folder.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mainstay_app::{App, AppError, ErrorCode, Result};
use mainstay_model::access::{Permission, Role};

use crate::error::ApiError;

/// Who makes a request.
enum Caller {
    /// Whoever can read the data folder; everything is theirs already.
    Owner,
    /// A program with a token: its id and role.
    Program(String, Role),
}

/// Who is written down as the author of what a request states.
#[derive(Clone, Debug)]
pub(super) struct Author(pub(super) String);

/// Lets a request through whose caller may do what the call needs.
pub(super) async fn require(State((app, permission)): State<(App, Permission)>, mut request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION).cloned();
    match check(&app, header.as_ref(), permission).await {
        Ok(author) => {
            request.extensions_mut().insert(author);
            next.run(request).await
        }
        Err(error) => ApiError(error).into_response(),
    }
}

async fn check(app: &App, header: Option<&HeaderValue>, permission: Permission) -> Result<Author> {
    match caller(app, header).await? {
        Caller::Owner => Ok(Author("the server's machine".to_owned())),
        Caller::Program(token, role) if role.may(permission) => Ok(Author(format!("token {token}"))),
        Caller::Program(..) if permission == Permission::UseServerFiles => {
            Err(AppError::new(ErrorCode::Forbidden, "no token may name files of the server's machine")
                .hint("run the command on that machine, with --data for the server's data folder and without --url"))
        }
        Caller::Program(_, role) => {
            Err(AppError::new(ErrorCode::Forbidden, format!("a token of the role {} may not do this", role.as_str()))
                .hint("`mainstay token create NAME --role ROLE` makes one of another role"))
        }
    }
}

async fn caller(app: &App, header: Option<&HeaderValue>) -> Result<Caller> {
    let hint = "send `Authorization: Bearer TOKEN`; `mainstay token create NAME` makes one";
    let header = header.and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, token)) = token else {
        return Err(AppError::new(ErrorCode::Unauthorized, "the request has no token").hint(hint));
    };
    if app.is_local(token.trim()) {
        return Ok(Caller::Owner);
    }
    let Some((id, role)) = app.people().role_of_token(token.trim()).await? else {
        return Err(AppError::new(ErrorCode::Unauthorized, "the token is not known, or was revoked").hint(hint));
    };
    Ok(Caller::Program(id, role))
}
