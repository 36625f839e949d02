//! What no route took.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use actix_web::dev::ResourceDef;
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use crate::openapi;
use crate::problem::{ErrorCode, Problem};

/// Answers what no route took: 405 if the path exists under other methods, otherwise 404.
pub(crate) async fn not_routed(request: HttpRequest) -> HttpResponse {
    static PATHS: OnceLock<Vec<(ResourceDef, String)>> = OnceLock::new();
    let paths = PATHS.get_or_init(paths);
    let problem = match paths.iter().find(|(pattern, _)| pattern.is_match(request.path())) {
        Some((_, methods)) => Problem::method_not_allowed(methods.clone()),
        None => Problem::new(ErrorCode::ResourceNotFound),
    };
    problem.error_response()
}

fn paths() -> Vec<(ResourceDef, String)> {
    let mut methods: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    methods.insert("/openapi.json".into(), vec!["GET"]);
    methods.insert("/docs".into(), vec!["GET"]);
    for (path, method, _) in openapi::operations(&openapi::document()) {
        methods.entry(path).or_default().push(method);
    }
    methods.into_iter().map(|(path, methods)| (ResourceDef::new(path), methods.join(", "))).collect()
}
