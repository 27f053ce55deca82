using System.Management.Automation;

namespace NetTraffic.PowerShell.Tests.Help;

/// <summary>What a cmdlet says of itself.</summary>
internal sealed class CmdletFacts(CmdletInfo cmdlet)
{
    private readonly object instance = Activator.CreateInstance(cmdlet.ImplementingType)!;

    public string Name => cmdlet.Name;

    public string Verb => cmdlet.Verb;

    public string Noun => cmdlet.Noun;

    public IReadOnlyList<CommandParameterSetInfo> Sets { get; } =
    [
        .. cmdlet.ParameterSets
            .Where(set => !set.Parameters.Any(parameter => parameter.IsMandatory && IsHidden(cmdlet, parameter.Name)))
            .OrderByDescending(set => set.IsDefault).ThenBy(set => set.Name, StringComparer.Ordinal),
    ];

    /// <summary>Parameters of its own, with -WhatIf and -Confirm, without those that every cmdlet has.</summary>
    public IReadOnlyList<string> Parameters { get; } =
        [.. cmdlet.Parameters.Keys.Where(name => IsOwn(name) && !IsHidden(cmdlet, name)).Order(StringComparer.Ordinal)];

    /// <summary>One line per parameter set.</summary>
    public string Syntax =>
        string.Join("\n",
            Sets.Select(set => $"{Name} {string.Join(' ', Ordered(set).Select(Shape))} [<CommonParameters>]".Replace("  ", " ",
                StringComparison.Ordinal)));

    public IEnumerable<CommandParameterInfo> Ordered(CommandParameterSetInfo set) =>
        set.Parameters.Where(parameter => IsOwn(parameter.Name) && !IsHidden(cmdlet, parameter.Name))
            .OrderBy(parameter => parameter.Position < 0 ? int.MaxValue : parameter.Position)
                .ThenByDescending(parameter => parameter.IsMandatory).ThenBy(parameter => parameter.Name, StringComparer.Ordinal);

    /// <summary>The line of facts below a parameter's text.</summary>
    public string Facts(string name)
    {
        ParameterMetadata parameter = cmdlet.Parameters[name];
        CommandParameterInfo[] places = [.. Sets.SelectMany(set => set.Parameters).Where(place => place.Name == name)];
        string aliases = parameter.Aliases.Count > 0 ? $" Aliases: {string.Join(", ", parameter.Aliases)}." : "";
        string sets = places.Length == Sets.Count
            ? ""
            : $" Sets: {string.Join(", ", Sets.Where(set => set.Parameters.Any(place => place.Name == name)).Select(set => set.Name))}.";
        string fallback = DefaultOf(name) is { } value ? $" Default: {value}." : "";
        return $"*Type: {TypeName(parameter.ParameterType)}. Required: {(places.Any(place => place.IsMandatory) ? "yes" : "no")}. "
            + $"Position: {PositionOf(places[0])}. Pipeline input: {PipelineOf(places)}. Wildcards: "
            + $"{(TakesWildcards(name) ? "yes" : "no")}.{fallback}{aliases}{sets}*";
    }

    public bool TakesWildcards(string name) => cmdlet.Parameters[name].Attributes.OfType<SupportsWildcardsAttribute>().Any();

    public static string PositionOf(CommandParameterInfo place) => place.Position < 0 ? "named" : place.Position.ToString();

    public static string PipelineOf(params CommandParameterInfo[] places) =>
        (places.Any(place => place.ValueFromPipeline), places.Any(place => place.ValueFromPipelineByPropertyName)) switch
        {
            (true, true) => "by value, by property name",
            (true, false) => "by value",
            (false, true) => "by property name",
            _ => "no",
        };

    public static string TypeName(Type type)
    {
        Type inner = Nullable.GetUnderlyingType(type) ?? type;
        return inner == typeof(SwitchParameter) ? "switch" : inner == typeof(int) ? "int" : inner == typeof(long) ? "long"
            : inner == typeof(string) ? "string"
            : inner == typeof(string[]) ? "string[]" : inner == typeof(int[]) ? "int[]" : inner.Name;
    }

    /// <summary>The value a parameter has where it is not given; null where that says nothing.</summary>
    public string? DefaultOf(string name)
    {
        object? value = cmdlet.ImplementingType.GetProperty(name)?.GetValue(instance);
        return value switch
        {
            null or SwitchParameter or DateTime or Enum or "" or 0 or 0L => null,
            TimeSpan time => time == TimeSpan.Zero ? null : $"{time.TotalSeconds}s",
            string[] several => string.Join(", ", several),
            _ => value.ToString(),
        };
    }

    private static bool IsOwn(string name) => !Cmdlet.CommonParameters.Contains(name);

    private static string Shape(CommandParameterInfo parameter)
    {
        string type = parameter.ParameterType == typeof(SwitchParameter) ? "" : $" <{TypeName(parameter.ParameterType)}>";
        string named = parameter.Position >= 0 ? $"[-{parameter.Name}]{type}" : $"-{parameter.Name}{type}";
        return parameter.IsMandatory ? named : $"[{named}]";
    }

    /// <summary>Parameters that are there only to refuse what would be misunderstood.</summary>
    private static bool IsHidden(CmdletInfo cmdlet, string name) =>
        cmdlet.Parameters[name].Attributes.OfType<ParameterAttribute>().Any(attribute => attribute.DontShow);
}
