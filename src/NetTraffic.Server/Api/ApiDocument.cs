using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace NetTraffic.Server.Api;

/// <summary>The OpenAPI document: the routes as they are, and the parameters that stand in tables.</summary>
internal static class ApiDocument
{
    /// <summary>Sets how the reference page is: it asks nobody but this server.</summary>
    public static void ConfigureReference(ScalarOptions scalar)
    {
        scalar.WithOpenApiRoutePattern("/openapi.json").WithTitle("NetTraffic API").WithNonce().WithFavicon("/favicon.svg")
            .DisableAgent().DisableMcp().HideClientButton().HideDeveloperTools();
        scalar.DefaultOpenAllTags = true;
        scalar.DefaultFonts = false;
        scalar.Telemetry = false;
    }

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "NetTraffic",
                Version = ServerHost.Version,
                Description = "Network traffic of a NetTraffic store. Names, filters and errors are those of the cmdlets; times are UTC, "
                    + "lengths of time seconds. Where the server has a key, send it as 'Authorization: Bearer KEY'.",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            foreach (ApiParameter parameter in context.Description.ActionDescriptor.EndpointMetadata.OfType<ApiParameter>())
            {
                operation.Parameters ??= [];
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = parameter.Name,
                    In = ParameterLocation.Query,
                    Description = parameter.Description,
                    Schema = !parameter.IsList ? parameter.Schema
                        : new OpenApiSchema { Type = JsonSchemaType.Array, Items = parameter.Schema },
                });
            }

            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            // As ApiJson writes them.
            Type type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            (JsonSchemaType Type, string? Format)? form = type == typeof(TimeSpan) ? (JsonSchemaType.Number, "seconds")
                : type == typeof(DateTime) ? (JsonSchemaType.String, "date-time")
                : type == typeof(ulong) ? (JsonSchemaType.String, null) : null;
            if (form is var (written, format))
            {
                schema.Type = written | (schema.Type & JsonSchemaType.Null);
                schema.Format = format;
                schema.Pattern = null;
            }

            return Task.CompletedTask;
        });
    }
}
