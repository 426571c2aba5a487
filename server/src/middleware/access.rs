//! Who may call: looks the function's class up, resolves the caller, and asks the policy. It fails closed.

use app::{
    access::class_of,
    caller::{Visitor, resolve},
    error::AppError,
    events::{denied, origin},
    services::Services,
};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use domain::policy::{Access, Standing, allows};

use super::refusal::refuse;

/// Lets the caller in, and hands them on as `Option<Caller>`.
pub async fn admit(State(services): State<Services>, mut request: Request, next: Next) -> Response {
    let Some(class) = class_of(request.uri().path()) else {
        return refuse(&AppError::NotFound);
    };
    let caller = match resolve(&services, request.headers()).await {
        Ok(caller) => caller,
        Err(error) => return refuse(&error),
    };
    let visitor = request.extensions().get::<Visitor>();
    let origin = origin(
        request.uri().path(),
        caller.as_ref(),
        visitor.map(|visitor| visitor.address.ip()),
        request.headers(),
        services.clock.now(),
    );
    let standing = caller.as_ref().map(|caller| &caller.standing);
    if !allows(standing, class) {
        if standing.is_some() {
            let function = origin.function;
            denied(&services.seen_from(origin), function).await;
        }
        return refuse(match standing {
            None => &AppError::NotSignedIn,
            Some(Standing::SetUpOnly { .. }) if class == Access::Full => &AppError::SetUpRequired,
            Some(_) => &AppError::NotAllowed,
        });
    }
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(origin);
    next.run(request).await
}
