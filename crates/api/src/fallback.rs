//! What the paths of the document say where no handler is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use actix_web::dev::ResourceDef;
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use crate::openapi;
use crate::operations::{self, Access};
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

/// The paths of which every operation is public.
pub(crate) fn public_paths() -> BTreeSet<String> {
    let (mut public, mut others) = (BTreeSet::new(), BTreeSet::new());
    for (path, _, id) in openapi::operations(&openapi::document()) {
        let is_public = operations::find(&id).is_some_and(|operation| operation.access == Access::Public);
        if is_public {
            public.insert(path)
        } else {
            others.insert(path)
        };
    }
    public.difference(&others).cloned().collect()
}

/// Whether programs with an API key may call this method of this path: they may where a permission
/// is asked for that keys can have. What asks for somebody signed in asks for a person.
pub(crate) fn takes_keys(method: &str, path: &str) -> bool {
    static OPEN: OnceLock<BTreeMap<String, Vec<&'static str>>> = OnceLock::new();
    OPEN.get_or_init(paths_for_keys).get(path).is_some_and(|methods| methods.contains(&method))
}

fn paths_for_keys() -> BTreeMap<String, Vec<&'static str>> {
    let mut open: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for (path, method, id) in openapi::operations(&openapi::document()) {
        if operations::find(&id).is_some_and(|operation| operation.access.takes_keys()) {
            open.entry(path).or_default().push(method);
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::{public_paths, takes_keys};

    #[test]
    fn programs_do_what_takes_a_permission_but_manage_no_keys() {
        assert!(takes_keys("GET", "/api/v1/warehouses/{id}") && takes_keys("POST", "/api/v1/warehouses"));
        assert!(!takes_keys("GET", "/api/v1/auth/me") && !takes_keys("POST", "/api/v1/organizations"));
        assert!(!takes_keys("GET", "/api/v1/api-keys") && !takes_keys("POST", "/api/v1/api-keys/{id}/rotate"));
        assert!(!takes_keys("GET", "/api/v1/unheard-of"));
    }

    #[test]
    fn what_anybody_may_call_asks_nobody_who_they_are() {
        let public = public_paths();
        assert!(public.contains("/api/v1/auth/login") && public.contains("/health"));
        assert!(!public.contains("/api/v1/auth/me") && !public.contains("/api/v1/warehouses"));
    }
}
