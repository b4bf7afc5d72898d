//! How the document of the API shows the requests of a noun.

use axum::routing::MethodRouter;
use declic_common::api::Problem;
use declic_common::programme::body::{ImportedTable, NewImport};
use declic_common::programme::{Form, Noun, Sheet};
use utoipa::ToSchema;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{
    ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{
    Content, PathItem, Paths, Ref, RefOr, Required, Response, ResponseBuilder, ResponsesBuilder,
};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::http::router::Desk;

type Schemas = Vec<(String, RefOr<Schema>)>;

/// A noun, about to be described.
pub(super) struct Paper {
    sheet: &'static Sheet,
    /// Name of its schema.
    name: String,
    schemas: Schemas,
}

/// A schema among those of the document, by its name.
fn named<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    T::schemas(schemas);
    schemas.push((T::name().into_owned(), T::schema()));
    Ref::from_schema_name(T::name()).into()
}

fn plain(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(kind))
}

fn texts(description: &str) -> Schema {
    let items = plain(Type::String).build();
    Schema::Array(
        ArrayBuilder::new()
            .items(RefOr::T(Schema::Object(items)))
            .description(Some(description))
            .build(),
    )
}

impl Paper {
    pub(super) fn of<N: Noun + ToSchema>() -> Self {
        let mut schemas = Vec::new();
        named::<N>(&mut schemas);
        named::<Problem>(&mut schemas);
        let name = N::name().into_owned();
        let kept = plain(Type::Object)
            .description(Some("A record as it is kept"))
            .property(
                "version",
                plain(Type::Integer)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
                    .description(Some(
                        "Counts its changes; a change names the one that it saw",
                    )),
            )
            .property(
                "changed_at",
                plain(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))),
            )
            .property("record", Ref::from_schema_name(&name))
            .property(
                "hidden",
                texts("Fields that are filled in and that whoever asks may not see"),
            )
            .property(
                "lost",
                texts("Fields that nobody reads any more: erased, or their key is lost"),
            )
            .required("version")
            .required("changed_at")
            .required("record");
        let change = plain(Type::Object)
            .description(Some("Replaces a record"))
            .property(
                "version",
                plain(Type::Integer).description(Some(
                    "The version that was seen; 409 if it has changed since",
                )),
            )
            .property("record", Ref::from_schema_name(&name))
            .required("version")
            .required("record");
        let schema = |object: ObjectBuilder| Schema::Object(object.build()).into();
        schemas.push((format!("Kept_{name}"), schema(kept)));
        schemas.push((format!("Change_{name}"), schema(change)));
        Paper {
            sheet: N::SHEET,
            name,
            schemas,
        }
    }

    pub(super) fn list(self, path: &str, route: MethodRouter<Desk>) -> UtoipaMethodRouter<Desk> {
        let items = ArrayBuilder::new().items(self.kept()).build();
        let next = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("Give this as `cursor` to read on; null at the end"));
        let page = plain(Type::Object)
            .property("items", Schema::Array(items))
            .property("next", next)
            .required("items")
            .required("next");
        let operation = self
            .operation("list", self.sheet.plural, "By code, those within reach.")
            .responses(answers(
                "200",
                "A page",
                Some(Schema::Object(page.build()).into()),
            ));
        let operation = self.with_filters(operation);
        self.route(path, HttpMethod::Get, operation, route)
    }

    pub(super) fn create(self, path: &str, route: MethodRouter<Desk>) -> UtoipaMethodRouter<Desk> {
        let operation = self
            .operation(
                "create",
                self.sheet.word,
                "All that is wrong is told field by field.",
            )
            .request_body(Some(body(Ref::from_schema_name(&self.name).into())))
            .responses(answers("201", "The record", Some(self.kept())));
        self.route(path, HttpMethod::Post, operation, route)
    }

    pub(super) fn find(self, path: &str, route: MethodRouter<Desk>) -> UtoipaMethodRouter<Desk> {
        let operation = self
            .operation(
                "get",
                self.sheet.word,
                "Contacts that it shows are told in the audit.",
            )
            .responses(answers("200", "The record", Some(self.kept())));
        self.route(path, HttpMethod::Get, operation, route)
    }

    pub(super) fn change(self, path: &str, route: MethodRouter<Desk>) -> UtoipaMethodRouter<Desk> {
        let change = Ref::from_schema_name(format!("Change_{}", self.name));
        let operation = self
            .operation(
                "change",
                self.sheet.word,
                "Replaces the record that was seen.",
            )
            .request_body(Some(body(change.into())))
            .responses(answers("200", "The record from now on", Some(self.kept())));
        self.route(path, HttpMethod::Put, operation, route)
    }

    pub(super) fn remove(self, path: &str, route: MethodRouter<Desk>) -> UtoipaMethodRouter<Desk> {
        let why = "For what was entered by mistake; refused while something names it.";
        let operation = self
            .operation("remove", self.sheet.word, why)
            .responses(answers("204", "It is gone", None));
        self.route(path, HttpMethod::Delete, operation, route)
    }

    pub(super) fn import(
        mut self,
        path: &str,
        route: MethodRouter<Desk>,
    ) -> UtoipaMethodRouter<Desk> {
        let asked = named::<NewImport>(&mut self.schemas);
        let done = named::<ImportedTable>(&mut self.schemas);
        let why = "Takes a CSV: all of it or nothing, unless bad lines are to be skipped.";
        let operation = self
            .operation("import", self.sheet.plural, why)
            .request_body(Some(body(asked)))
            .responses(answers("200", "What came of it", Some(done)));
        self.route(path, HttpMethod::Post, operation, route)
    }

    pub(super) fn export(self, path: &str, route: MethodRouter<Desk>) -> UtoipaMethodRouter<Desk> {
        let csv = Content::new(Some(Schema::Object(plain(Type::String).build())));
        let table = ResponseBuilder::new()
            .description("A CSV that the import takes back")
            .content("text/csv", csv);
        let operation = self
            .operation(
                "export",
                self.sheet.plural,
                "Columns with something hidden are left out.",
            )
            .responses(
                ResponsesBuilder::new()
                    .response("200", table)
                    .response("default", problem()),
            );
        let operation = self.with_filters(operation);
        self.route(path, HttpMethod::Get, operation, route)
    }

    fn kept(&self) -> RefOr<Schema> {
        Ref::from_schema_name(format!("Kept_{}", self.name)).into()
    }

    fn operation(&self, verb: &str, noun: &str, summary: &str) -> OperationBuilder {
        OperationBuilder::new()
            .operation_id(Some(format!("{verb}_{noun}")))
            .tag("programme")
            .summary(Some(summary))
    }

    /// A list is narrowed by any field that is not sealed.
    fn with_filters(&self, operation: OperationBuilder) -> OperationBuilder {
        let mut operation = operation;
        let open = self.sheet.fields.iter().filter(|field| {
            field.sealed.is_none()
                && !matches!(field.form, Form::Rows(_) | Form::Texts(_) | Form::SomeOf(_))
        });
        let names = open.map(|field| (field.name, "Only records where it is this"));
        let paging = [
            ("limit", "1 to 500; 100 when absent"),
            ("cursor", "`next` of the page before"),
        ];
        for (name, why) in names.chain(paging) {
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .required(Required::False)
                .description(Some(why))
                .schema(Some(Schema::Object(plain(Type::String).build())));
            operation = operation.parameter(parameter);
        }
        operation
    }

    fn route(
        self,
        path: &str,
        method: HttpMethod,
        operation: OperationBuilder,
        route: MethodRouter<Desk>,
    ) -> UtoipaMethodRouter<Desk> {
        let mut operation: Operation = operation.build();
        let parts = ["programme", "code"];
        for part in parts
            .iter()
            .filter(|part| path.contains(&format!("{{{part}}}")))
        {
            let parameter = ParameterBuilder::new()
                .name(*part)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .description(Some(format!(
                    "Code of the {}",
                    if *part == "code" { "record" } else { part }
                )))
                .schema(Some(Schema::Object(plain(Type::String).build())))
                .build();
            operation
                .parameters
                .get_or_insert_default()
                .push(parameter.into());
        }
        let mut paths = Paths::new();
        paths
            .paths
            .insert(path.to_owned(), PathItem::new(method, operation));
        (self.schemas, paths, route)
    }
}

fn body(schema: RefOr<Schema>) -> utoipa::openapi::request_body::RequestBody {
    RequestBodyBuilder::new()
        .content("application/json", Content::new(Some(schema)))
        .required(Some(Required::True))
        .build()
}

fn answers(status: &str, what: &str, schema: Option<RefOr<Schema>>) -> ResponsesBuilder {
    let mut answer = ResponseBuilder::new().description(what);
    if let Some(schema) = schema {
        answer = answer.content("application/json", Content::new(Some(schema)));
    }
    ResponsesBuilder::new()
        .response(status, answer)
        .response("default", problem())
}

fn problem() -> Response {
    let schema = Ref::from_schema_name(Problem::name());
    ResponseBuilder::new()
        .description("A problem")
        .content("application/problem+json", Content::new(Some(schema)))
        .build()
}
