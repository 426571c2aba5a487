//! Access control: looks up the function's class, resolves the caller, and asks the policy. Fails
//! closed.

use app::{
    serve::{origin, resolve},
    wire::{access::class_of, error::AppError},
};
use axum::response::Response;
use domain::session::policy::{Access, Standing, allows};
use http::request::Parts;
use usecases::{Services, Visitor, record_denied};

use crate::middleware::refusal::refuse;

/// Admits the caller, and passes it on as the extension `Option<Caller>`.
pub async fn admit(services: &Services, request: &mut Parts) -> Result<(), Box<Response>> {
    let path = request.uri.path();
    let Some(class) = class_of(path) else {
        return Err(Box::new(refuse(&AppError::NotFound)));
    };
    let caller = resolve(services, &request.headers).await;
    let caller = caller.map_err(|error| Box::new(refuse(&error)))?;
    let visitor = request.extensions.get::<Visitor>();
    let origin = origin(
        path,
        caller.as_ref(),
        visitor.map(|visitor| visitor.address.ip()),
        &request.headers,
        services.clock.now(),
    );
    let standing = caller.as_ref().map(|caller| &caller.standing);
    if !allows(standing, class) {
        if standing.is_some() {
            let function = origin.function;
            record_denied(&services.seen_from(origin), function).await;
        }
        return Err(Box::new(refuse(match standing {
            None => &AppError::NotSignedIn,
            Some(Standing::SetUpOnly { .. }) if class == Access::Full => &AppError::SetUpRequired,
            Some(_) => &AppError::NotAllowed,
        })));
    }
    request.extensions.insert(caller);
    request.extensions.insert(origin);
    Ok(())
}
