//! The OpenAPI document: what the handlers say of themselves, and what the table of operations
//! adds to each of them.

use utoipa::OpenApi;
use utoipa::openapi::path::{Operation as PathItemOperation, ParameterIn, PathItem};
use utoipa::openapi::security::{
    Flow, HttpAuthScheme, HttpBuilder, OAuth2, Password, Scopes, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder, extensions::ExtensionsBuilder};

use crate::operations::{Access, OPEN_TO_ENROLMENT, Operation, find};
use crate::problem::{Detail, ErrorCode, ProblemBody};
use crate::{access, audit, cold_storage, health, identity, invitations, organizations, people};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Stoa",
        description = "A multi-tenant business backend. Sign in with `POST /api/v1/auth/login`, send the access token, \
                       or an API key, as `Authorization: Bearer …`. Errors are `application/problem+json` with a stable `error_code`; \
                       `Prefer: envelope` renders every answer as `{success, data, message, meta}`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemBody, Detail)),
    tags(
        (name = "Auth", description = "Registering, signing in and out"),
        (name = "Second factor", description = "Authenticators and recovery codes"),
        (name = "Organizations", description = "The tenants and their members"),
        (name = "Users", description = "People, as members of an organization"),
        (name = "Invitations", description = "Bringing people in by letter"),
        (name = "Permissions", description = "What may be allowed to people and programs"),
        (name = "API keys", description = "How programs work in an organization"),
        (name = "Audit", description = "What was done, and whether the record of it is whole"),
        (name = "Warehouses", description = "Refrigerated warehouses"),
        (name = "Service", description = "Whether Stoa is there")
    )
)]
struct Frame;

/// The whole document.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Frame::openapi();
    for part in [
        health::Document::openapi(),
        identity::Document::openapi(),
        organizations::Document::openapi(),
        people::Document::openapi(),
        invitations::Document::openapi(),
        access::Document::openapi(),
        audit::Document::openapi(),
        cold_storage::Document::openapi(),
    ] {
        document.merge(part);
    }
    if let Some(components) = &mut document.components {
        components.add_security_scheme("bearer", bearer());
        components.add_security_scheme("password", password());
    }
    for item in document.paths.paths.values_mut() {
        for (_, operation) in methods_mut(item) {
            complete(operation);
        }
    }
    document
}

/// The document as it is committed and served.
pub fn text() -> String {
    let mut text = document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Path, method and `operationId` of every operation in a document.
pub fn operations(document: &utoipa::openapi::OpenApi) -> Vec<(String, &'static str, String)> {
    let mut all = Vec::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in methods_mut(&mut item.clone()) {
            all.push((path.clone(), method, operation.operation_id.clone().unwrap_or_default()));
        }
    }
    all
}

fn methods_mut(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut PathItemOperation)> {
    [
        ("GET", &mut item.get),
        ("POST", &mut item.post),
        ("PUT", &mut item.put),
        ("PATCH", &mut item.patch),
        ("DELETE", &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

fn bearer() -> SecurityScheme {
    SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build())
}

fn password() -> SecurityScheme {
    SecurityScheme::OAuth2(OAuth2::new([Flow::Password(Password::new("/api/v1/auth/token", Scopes::new()))]))
}

/// Adds what the table knows of an operation. One that it does not know is left bare, which the
/// guard in this crate's tests finds.
fn complete(operation: &mut PathItemOperation) {
    let Some(known) = operation.operation_id.as_deref().and_then(find) else { return };
    let access = match known.access {
        Access::Public => "public",
        Access::SignedIn => "signed_in",
        Access::Permission(permission) | Access::PermissionOrPlatform(permission) => permission.code(),
        Access::Owner => "owner",
        Access::OwnerOrPlatform => "owner_or_platform_admin",
        Access::Platform => "platform_admin",
    };
    let extensions = operation.extensions.get_or_insert_default();
    extensions.merge(ExtensionsBuilder::new().add("x-permission", access).build());
    if known.access != Access::Public {
        let schemes = ["bearer", "password"].map(|scheme| SecurityRequirement::new::<_, [&str; 0], &str>(scheme, []));
        operation.security = Some(schemes.into());
    }
    for (status, codes) in errors_of(known, operation) {
        operation.responses.responses.entry(status).or_insert_with(|| RefOr::T(error_answer(&codes)));
    }
}

/// The error codes of an operation by status, in the order of the table of codes.
fn errors_of(known: &Operation, operation: &PathItemOperation) -> Vec<(String, Vec<&'static str>)> {
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let has = |place: &ParameterIn| {
        parameters.iter().any(|one| matches!(one, RefOr::T(parameter) if parameter.parameter_in == *place))
    };
    let (has_path, has_query) = (has(&ParameterIn::Path), has(&ParameterIn::Query));
    let has_body = operation.request_body.is_some();
    let applies = |code: ErrorCode| match code {
        ErrorCode::Unauthorized | ErrorCode::Forbidden | ErrorCode::OrganizationSuspended
            if known.access != Access::Public =>
        {
            true
        }
        ErrorCode::MfaEnrolmentRequired if known.access != Access::Public => !OPEN_TO_ENROLMENT.contains(&known.id),
        ErrorCode::ResourceNotFound => has_path || known.errors.contains(&code),
        ErrorCode::MalformedRequest => has_body || has_query,
        ErrorCode::PayloadTooLarge | ErrorCode::UnsupportedMediaType => has_body,
        ErrorCode::ValidationError => has_body || has_query || has_path,
        ErrorCode::ServiceUnavailable => !matches!(known.id, "health" | "key_set" | "list_providers"),
        other => known.errors.contains(&other),
    };
    let mut by_status: Vec<(String, Vec<&'static str>)> = Vec::new();
    for code in ErrorCode::ALL.iter().copied().filter(|code| applies(*code)) {
        let status = code.status().as_str().to_owned();
        match by_status.iter_mut().find(|(known, _)| *known == status) {
            Some((_, codes)) => codes.push(code.as_str()),
            None => by_status.push((status, vec![code.as_str()])),
        }
    }
    by_status
}

fn error_answer(codes: &[&str]) -> utoipa::openapi::Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build();
    ResponseBuilder::new().description(codes.join(", ")).content("application/problem+json", content).build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::operations::OPERATIONS;

    #[test]
    fn the_table_and_the_document_have_the_same_operations() {
        let documented: Vec<_> = operations(&document()).into_iter().map(|(_, _, id)| id).collect();
        let listed: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.id.to_owned()).collect();
        assert_eq!(documented.iter().cloned().collect::<BTreeSet<_>>(), listed);
        assert_eq!(documented.len(), OPERATIONS.len(), "an operationId stands twice");
    }

    #[test]
    fn paths_are_versioned_plural_and_kebab_case() {
        for (path, _, id) in operations(&document()) {
            if matches!(id.as_str(), "health" | "ready" | "key_set") {
                continue;
            }
            let rest = path.strip_prefix("/api/v1/").unwrap_or_else(|| panic!("{path} has no version"));
            for segment in rest.split('/').filter(|segment| !segment.starts_with('{')) {
                assert!(segment.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{path}");
            }
        }
    }

    #[test]
    fn every_schema_and_operation_is_described() {
        let document = serde_json::to_value(document()).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                assert!(operation["summary"].is_string(), "{method} {path} has no summary");
                assert!(operation["x-permission"].is_string(), "{method} {path} has no access");
            }
        }
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            assert!(schema["description"].is_string(), "{name} has no description");
        }
    }
}
