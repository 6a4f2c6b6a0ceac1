//! Who a program is: a token made by an admin, with a role.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mainstay_app::{App, AppError, ErrorCode, Result};
use mainstay_model::access::Permission;

use crate::error::ApiError;

/// Lets a request through whose token may read accounts.
pub(super) async fn require_token(State(app): State<App>, request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION).cloned();
    match check(&app, header.as_ref()).await {
        Ok(()) => next.run(request).await,
        Err(error) => ApiError(error).into_response(),
    }
}

async fn check(app: &App, header: Option<&HeaderValue>) -> Result<()> {
    let hint = "send `Authorization: Bearer TOKEN`; `mainstay token create NAME` makes one";
    let header = header.and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, token)) = token else {
        return Err(AppError::new(ErrorCode::Unauthorized, "the request has no token").hint(hint));
    };
    let Some((id, role)) = app.store().role_of_token(token.trim()).await? else {
        return Err(AppError::new(ErrorCode::Unauthorized, "the token is not known, or was revoked").hint(hint));
    };
    if !role.may(Permission::ReadAccounts) {
        return Err(AppError::new(ErrorCode::Forbidden, "the token's role may not read accounts"));
    }
    app.store().touch_token(&id, app.now()).await?;
    Ok(())
}
