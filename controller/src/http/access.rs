//! The rule of every route: a route cannot be added without one.
//!
//! The rule is enforced here, before the handler runs, and is written into the
//! document of the API as `x-access`. A handler is given what was found out: who
//! asks, and where they may do it.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use declic_common::DeviceId;
use declic_common::problem::ProblemKind;
use utoipa::openapi::SecurityRequirement;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::PathItem;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::openapi::Document;
use super::origin::Origin;
use super::problem::Failure;
use super::router::Desk;
use super::{identity, pages};
use crate::app::caller::Caller;
use crate::app::device::is_within;
use crate::domain::rights::{Permission, Reach};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Whoever reaches it.
    Open,
    /// Whoever came in, whatever they may do.
    SignedIn,
    /// Who has this permission; the handler keeps to its reach.
    Needs(Permission),
    /// Who has this permission where the device `{id}` is. To anybody else the
    /// device does not exist: an answer that said "not yours" would tell which
    /// names of devices there are.
    OnDevice(Permission),
    /// Who has this permission, and any program of the controller's own machine.
    HereOr(Permission),
}

/// Somebody whom the rule of the route let pass.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    pub(super) caller: Caller,
    /// Where they may do what this route does.
    pub(super) reach: Reach,
}

/// Routes, each with its rule.
pub(super) struct Routes {
    router: OpenApiRouter<Desk>,
    /// Whether what describes them is kept: ten times as much as the routes themselves.
    described: bool,
}

/// Pages, each with its rule.
#[derive(Default)]
pub(super) struct Pages {
    router: axum::Router<Desk>,
    /// Method and path of each of them.
    listed: Vec<String>,
}

impl Pages {
    /// A page that is looked at.
    pub(super) fn get<H, T>(self, access: Access, path: &str, handler: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        self.add(access, "GET", path, get(handler))
    }

    /// What a form of a page is sent to.
    pub(super) fn post<H, T>(self, access: Access, path: &str, handler: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        self.add(access, "POST", path, post(handler))
    }

    fn add(
        mut self,
        access: Access,
        method: &str,
        path: &str,
        methods: MethodRouter<Desk>,
    ) -> Self {
        self.listed.push(format!("{method} {path}"));
        let guarded = methods.route_layer(from_fn_with_state(access, pages::gate::enforce));
        Pages {
            router: self.router.route(path, guarded),
            listed: self.listed,
        }
    }

    pub(super) fn into_router(self) -> axum::Router<Desk> {
        self.router
    }

    #[cfg(test)]
    pub(super) fn listed(&self) -> &[String] {
        &self.listed
    }
}

impl Routes {
    /// No routes yet, and the document that will describe them.
    pub(super) fn described(document: Document) -> Self {
        Routes {
            router: OpenApiRouter::with_openapi(document),
            described: true,
        }
    }

    /// No routes yet, to be served.
    pub(super) fn bare() -> Self {
        Routes {
            router: OpenApiRouter::new(),
            described: false,
        }
    }

    /// No routes yet, of the same kind as these.
    pub(super) fn beside(&self) -> Self {
        match self.described {
            true => Routes::described(Document::default()),
            false => Routes::bare(),
        }
    }

    /// A route that the document describes.
    pub(super) fn documented(
        mut self,
        access: Access,
        (mut schemas, mut paths, methods): UtoipaMethodRouter<Desk>,
    ) -> Self {
        for item in paths.paths.values_mut() {
            match self.described {
                true => access.write_into(item),
                false => *item = PathItem::default(),
            }
        }
        if !self.described {
            schemas.clear();
        }
        self.router = self.router.routes((schemas, paths, access.guard(methods)));
        self
    }

    /// A route beside the API.
    pub(super) fn plain(mut self, access: Access, path: &str, methods: MethodRouter<Desk>) -> Self {
        self.router = self.router.route(path, access.guard(methods));
        self
    }

    /// These routes, below those of `within`.
    pub(super) fn nested(mut self, path: &str, within: Routes) -> Self {
        self.router = self.router.nest(path, within.router);
        self
    }

    pub(super) fn into_parts(self) -> (axum::Router<Desk>, Document) {
        self.router.split_for_parts()
    }
}

impl Access {
    fn guard(self, methods: MethodRouter<Desk>) -> MethodRouter<Desk> {
        methods.route_layer(from_fn_with_state(self, enforce))
    }

    /// As the document writes it.
    fn word(self) -> &'static str {
        match self {
            Access::Open => "open",
            Access::SignedIn => "signed-in",
            Access::Needs(permission)
            | Access::OnDevice(permission)
            | Access::HereOr(permission) => permission.as_str(),
        }
    }

    fn write_into(self, item: &mut PathItem) {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            let word = ExtensionsBuilder::new().add("x-access", self.word());
            operation.extensions = Some(word.build());
            if self == Access::Open {
                // An empty requirement: nothing is asked for.
                operation.security = Some(vec![SecurityRequirement::default()]);
            }
        }
    }

    fn permission(self) -> Option<Permission> {
        match self {
            Access::Open | Access::SignedIn => None,
            Access::Needs(permission)
            | Access::OnDevice(permission)
            | Access::HereOr(permission) => Some(permission),
        }
    }
}

/// The one place where rules are enforced.
async fn enforce(
    State(access): State<Access>,
    path: Result<RawPathParams, axum::extract::rejection::RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    let origin = Origin::of(request.extensions());
    let free = match access {
        Access::Open => true,
        Access::HereOr(_) => origin.here,
        _ => false,
    };
    if free {
        return next.run(request).await;
    }
    let device = path.ok().and_then(|parts| device_of(&parts));
    let (mut parts, body) = request.into_parts();
    match judge(access, device, &parts).await {
        Ok(pass) => {
            parts.extensions.insert(pass);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(failure) => failure.into_response(),
    }
}

async fn judge(access: Access, device: Option<DeviceId>, request: &Parts) -> Result<Pass, Failure> {
    let desk = Desk::of(&request.extensions);
    let caller = identity::identify(desk, request).await?;
    allow(desk, access, device, caller)
}

/// Whether the rule lets this caller pass.
pub(super) fn allow(
    desk: &Desk,
    access: Access,
    device: Option<DeviceId>,
    caller: Caller,
) -> Result<Pass, Failure> {
    let Some(permission) = access.permission() else {
        return Ok(Pass {
            caller,
            reach: Reach::default(),
        });
    };
    let reach = caller.reach(permission).ok_or_else(|| {
        let text = format!(
            "this needs the permission {}, which none of your roles gives{}",
            permission.as_str(),
            match caller
                .grants
                .iter()
                .any(|grant| grant.site.is_some() || grant.programme.is_some())
            {
                true => " for the whole programme",
                false => "",
            }
        );
        Failure::new(ProblemKind::Forbidden, text)
    })?;
    // A name that no device can have is the handler's to refuse.
    if let (Access::OnDevice(_), Some(device)) = (access, device)
        && !is_within(&desk.app, &reach, device)
    {
        return Err(Failure::new(ProblemKind::UnknownDevice, "no such device"));
    }
    Ok(Pass { caller, reach })
}

pub(super) fn device_of(parts: &RawPathParams) -> Option<DeviceId> {
    let (_, text) = parts.iter().find(|(name, _)| *name == "id")?;
    text.parse().ok()
}

impl Pass {
    /// As the audit writes them.
    pub(super) fn who(&self) -> &str {
        &self.caller.who
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Pass {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let pass = parts.extensions.get::<Pass>();
        Ok(pass
            .expect("a route that asks who passes has a rule")
            .clone())
    }
}
