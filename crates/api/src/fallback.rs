//! What the paths of the document say where no handler is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use actix_web::dev::ResourceDef;
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use crate::openapi;
use crate::operations::{self, Access, Operation};
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
    for (path, method, _) in openapi::operations(&openapi::document()) {
        methods.entry(path).or_default().push(method);
    }
    methods.into_iter().map(|(path, methods)| (ResourceDef::new(path), methods.join(", "))).collect()
}

/// The paths of which every operation is public and the same for everybody.
pub(crate) fn public_paths() -> BTreeSet<String> {
    let (mut public, mut others) = (BTreeSet::new(), BTreeSet::new());
    for (path, _, id) in openapi::operations(&openapi::document()) {
        let is_public = operations::find(&id).is_some_and(|operation| operation.access == Access::Public)
            && !operations::HEED_CALLERS.contains(&id.as_str());
        if is_public {
            public.insert(path)
        } else {
            others.insert(path)
        };
    }
    public.difference(&others).cloned().collect()
}

/// This method of this path; `None` where there is no such operation.
pub(crate) fn operation_of(method: &str, path: &str) -> Option<&'static Operation> {
    static BY_PATH: OnceLock<BTreeMap<String, Vec<(&'static str, &'static Operation)>>> = OnceLock::new();
    let methods = BY_PATH.get_or_init(by_path).get(path)?;
    methods.iter().find(|(known, _)| *known == method).map(|(_, operation)| *operation)
}

fn by_path() -> BTreeMap<String, Vec<(&'static str, &'static Operation)>> {
    let mut by_path: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (path, method, id) in openapi::operations(&openapi::document()) {
        if let Some(operation) = operations::find(&id) {
            by_path.entry(path).or_default().push((method, operation));
        }
    }
    by_path
}

/// Who may call this method of this path; `None` where there is no such operation.
pub(crate) fn access_of(method: &str, path: &str) -> Option<Access> {
    operation_of(method, path).map(|operation| operation.access)
}

/// Whether programs with an API key may call this method of this path: they may where a permission
/// is asked for that keys can have. What asks for somebody signed in asks for a person.
pub(crate) fn takes_keys(method: &str, path: &str) -> bool {
    access_of(method, path).is_some_and(Access::takes_keys)
}

/// Whether what is under this path is a person's own affair, wherever they work: it goes on while
/// their organization is suspended.
pub(crate) fn is_personal(path: &str) -> bool {
    path.starts_with("/api/v1/auth/") || path == "/api/v1/organizations"
}

/// Whether this method of this path is open to somebody who has yet to set up a second factor.
pub(crate) fn is_open_to_enrolment(method: &str, path: &str) -> bool {
    static OPEN: OnceLock<Vec<(String, &'static str)>> = OnceLock::new();
    let open = OPEN.get_or_init(|| {
        let all = openapi::operations(&openapi::document()).into_iter();
        let open = all.filter(|(_, _, id)| operations::OPEN_TO_ENROLMENT.contains(&id.as_str()));
        open.map(|(path, method, _)| (path, method)).collect()
    });
    open.iter().any(|(open, by)| open == path && *by == method)
}

#[cfg(test)]
mod tests {
    use super::{access_of, is_open_to_enrolment, is_personal, public_paths, takes_keys};
    use crate::operations::{Access, OPEN_TO_ENROLMENT, find};

    #[test]
    fn programs_do_what_takes_a_permission_but_manage_no_keys() {
        assert!(takes_keys("GET", "/api/v1/warehouses/{id}") && takes_keys("POST", "/api/v1/warehouses"));
        assert!(!takes_keys("GET", "/api/v1/auth/me") && !takes_keys("POST", "/api/v1/organizations"));
        assert!(!takes_keys("GET", "/api/v1/api-keys") && !takes_keys("POST", "/api/v1/api-keys/{id}/rotate"));
        assert!(!takes_keys("GET", "/api/v1/unheard-of"));
    }

    #[test]
    fn the_access_is_that_of_the_table() {
        assert_eq!(access_of("POST", "/api/v1/organizations/{id}/suspend"), Some(Access::Platform));
        assert_eq!(access_of("GET", "/api/v1/organizations/{id}/suspend"), None);
        assert_eq!(access_of("GET", "/api/v1/unheard-of"), None);
    }

    #[test]
    fn ones_own_affairs_are_of_no_organization() {
        assert!(is_personal("/api/v1/auth/me") && is_personal("/api/v1/organizations"));
        assert!(!is_personal("/api/v1/organizations/{id}") && !is_personal("/api/v1/warehouses"));
    }

    #[test]
    fn whoever_has_yet_to_set_up_a_second_factor_does_that_or_leaves() {
        assert!(is_open_to_enrolment("POST", "/api/v1/auth/mfa/totp"));
        assert!(!is_open_to_enrolment("DELETE", "/api/v1/auth/mfa/totp"));
        assert!(!is_open_to_enrolment("GET", "/api/v1/warehouses"));
        assert!(OPEN_TO_ENROLMENT.iter().all(|id| find(id).is_some()));
    }

    #[test]
    fn what_anybody_may_call_asks_nobody_who_they_are() {
        let public = public_paths();
        assert!(public.contains("/api/v1/auth/login") && public.contains("/health"));
        assert!(!public.contains("/api/v1/auth/accept-invitation"), "it lets in whoever is signed in");
        assert!(!public.contains("/api/v1/auth/me") && !public.contains("/api/v1/warehouses"));
    }
}
