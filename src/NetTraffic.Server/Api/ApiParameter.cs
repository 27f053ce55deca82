using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace NetTraffic.Server.Api;

/// <summary>A parameter of a request's query, for the API's document.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does.</param>
/// <param name="Schema">What it may be.</param>
/// <param name="IsList">Whether it may be given several times.</param>
internal sealed record ApiParameter(string Name, string Description, OpenApiSchema Schema, bool IsList = false)
{
    /// <summary>A length of time.</summary>
    public static OpenApiSchema Length => new() { Type = JsonSchemaType.String, Description = $"For example {Duration.Examples}." };

    /// <summary>Any text.</summary>
    public static OpenApiSchema Text => new() { Type = JsonSchemaType.String };

    /// <summary>Yes or no.</summary>
    public static OpenApiSchema Flag => new() { Type = JsonSchemaType.Boolean };

    /// <summary>A time.</summary>
    public static OpenApiSchema Time => new() { Type = JsonSchemaType.String, Format = "date-time" };

    /// <summary>A whole number.</summary>
    public static OpenApiSchema Whole(long least, long most) => new()
    {
        Type = JsonSchemaType.Integer,
        Minimum = least.ToString(CultureInfo.InvariantCulture),
        Maximum = most.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>One of some names.</summary>
    public static OpenApiSchema Choice<T>()
        where T : struct, Enum => Choice(Enum.GetNames<T>());

    /// <summary>One of some names.</summary>
    public static OpenApiSchema Choice(params IEnumerable<string> names) =>
        new() { Type = JsonSchemaType.String, Enum = [.. names.Select(name => (JsonNode)name)] };
}

/// <summary>What endpoints say of themselves.</summary>
internal static class ApiConventions
{
    /// <summary>A parameter of the query.</summary>
    public static TBuilder Takes<TBuilder>(this TBuilder builder, string name, string description, OpenApiSchema schema)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ApiParameter(name, description, schema));

    /// <summary>The filters, as the table has them.</summary>
    public static TBuilder TakesFilters<TBuilder>(this TBuilder builder, IEnumerable<FilterKind> filters)
        where TBuilder : IEndpointConventionBuilder
    {
        FilterKind[] kinds = [.. filters];
        foreach (FilterKind kind in kinds)
        {
            bool isTime = kind == TrafficFilters.Since || kind == TrafficFilters.Until, isFlag = kind == TrafficFilters.Suspicious;
            builder.WithMetadata(new ApiParameter(Questions.QueryReader.ParameterOf(kind), kind.Description,
                isTime ? ApiParameter.Time : isFlag ? ApiParameter.Flag : ApiParameter.Text, !isTime && !isFlag));
        }

        return kinds.Contains(TrafficFilters.Since)
            ? builder.Takes(Questions.QueryReader.Last, "Traffic of the last so much time.", ApiParameter.Length) : builder;
    }

    /// <summary>The errors that any question can end with.</summary>
    public static RouteHandlerBuilder AnswersProblems(this RouteHandlerBuilder builder) => builder
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
}
