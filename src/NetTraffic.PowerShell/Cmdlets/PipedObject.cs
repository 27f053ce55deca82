using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace NetTraffic.PowerShell;

/// <summary>
/// What an object of the pipeline stands for. PowerShell's own binding cannot tell: it prefers parameter sets that take whole objects to
/// those that take properties, so that files and captures were never bound where flows may be piped in as well.
/// </summary>
internal sealed class PipedObject
{
    /// <summary>What says which packets are a flow's.</summary>
    public static readonly IReadOnlyList<string> NeededForPackets =
    [
        nameof(Flow.StartTime), nameof(Flow.EndTime), nameof(Flow.SourceAddress), nameof(Flow.SourcePort), nameof(Flow.DestinationAddress),
        nameof(Flow.DestinationPort), nameof(Flow.Protocol), nameof(Flow.Interface), nameof(Flow.CaptureId),
    ];

    /// <summary>What sums are made of.</summary>
    public static readonly IReadOnlyList<string> NeededForSums =
    [
        nameof(Flow.StartTime), nameof(Flow.EndTime), nameof(Flow.SourceAddress), nameof(Flow.DestinationAddress),
        nameof(Flow.SourcePackets), nameof(Flow.SourceBytes), nameof(Flow.DestinationPackets), nameof(Flow.DestinationBytes),
    ];

    private static readonly string[] NeededWithoutIp = [nameof(Flow.EtherType), nameof(Flow.SourceMac), nameof(Flow.DestinationMac)];
    private static readonly string[] NeededOfIcmp = [nameof(Flow.IcmpType), nameof(Flow.IcmpCode)];
    private static readonly string[] FileProperties = ["PSPath", "LiteralPath", "FullName"];
    private static readonly PropertyInfo[] FlowProperties =
        [.. typeof(Flow).GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.CanWrite)];

    private readonly PSObject input;

    /// <param name="input">The object, as the pipeline hands it over.</param>
    public PipedObject(PSObject input) => this.input = input;

    /// <summary>Its type as people know it.</summary>
    public string TypeName => Display.Text(input.TypeNames.FirstOrDefault() ?? input.BaseObject.GetType().Name);

    /// <summary>Text, as the name of a file or a capture; null: it is none.</summary>
    public string? Text => input.BaseObject as string;

    /// <summary>Whether it is a flow, or a copy of one (Select-Object, Import-Clixml, Import-Csv, a job, another computer).</summary>
    public bool IsFlow => input.BaseObject is Flow || (input.BaseObject is not NetPacket && IsCopyOf(nameof(Flow)))
        || (input.BaseObject is PSCustomObject && Has(nameof(Flow.SourceAddress)) && Has(nameof(Flow.EndTime))
            && !Has(nameof(TrafficSummaryItem.By)));

    /// <summary>Whether it is a packet, or a copy of one.</summary>
    public bool IsPacket => input.BaseObject is NetPacket || IsCopyOf(nameof(NetPacket))
        || (input.BaseObject is PSCustomObject && Has(nameof(NetPacket.SourceAddress)) && !IsFlow
            && !Has(nameof(TrafficSummaryItem.By)));

    /// <summary>The capture or import that it stands for; null: it stands for none.</summary>
    public string? CaptureId => IsFlow || IsPacket ? null : AnyCaptureId;

    /// <summary>The capture or import that it stands for or comes from; null: it says none.</summary>
    public string? AnyCaptureId => Value("CaptureId") is string { Length: > 0 } id ? id
        : input.BaseObject is PSCustomObject && Value("Id") is string { Length: > 0 } alias ? alias
        : null;

    /// <summary>The store that it names; null: it names none.</summary>
    public string? StorePath => Value("StorePath") is string { Length: > 0 } path ? path : null;

    /// <summary>The objects that a parameter was given: the elements of a list, else the one.</summary>
    public static IEnumerable<PSObject> Each(PSObject? given) => given is null ? []
        : given.BaseObject is IList several
            ? several.Cast<object?>().Where(one => one is not null).Select(one => PSObject.AsPSObject(one!))
            : [given];

    /// <summary>
    /// The files that the pipeline brought, each with whether its name is taken as it is written. What stands for none is reported.
    /// </summary>
    /// <param name="given">What it brought.</param>
    /// <param name="exists">Whether there is a file of some name.</param>
    /// <param name="command">Who asks.</param>
    /// <param name="problem">Takes the error.</param>
    public static IEnumerable<(string Path, bool Literal)> Files(
        PSObject? given, Func<string, bool> exists, string command, Action<ErrorRecord> problem)
    {
        foreach (PipedObject one in Each(given).Select(one => new PipedObject(one)))
        {
            if (one.File(exists) is (string path, bool literal))
            {
                // A text may be a wildcard, or the name of a file with brackets in it.
                yield return (path, literal || exists(path));
            }
            else
            {
                problem(ErrorRecords.Make(TrafficErrors.NotInput, $"{command} cannot tell which file a {one.TypeName} is.",
                    null, "Pipe in files (Get-ChildItem), their names, or objects with a Path."));
            }
        }
    }

    /// <summary>The file that it stands for, with whether the name is taken as it is written; null: it stands for none.</summary>
    /// <param name="exists">Whether there is a file of some name.</param>
    public (string Path, bool Literal)? File(Func<string, bool> exists)
    {
        if (Text is { } name)
        {
            return (name, false);
        }

        foreach (string property in FileProperties)
        {
            if (Value(property) is string { Length: > 0 } path)
            {
                return (path, true);
            }
        }

        // A Path can be either: Get-FileHash gives a file's name, people write wildcards.
        return Value("Path") is string { Length: > 0 } any ? (any, exists(any)) : null;
    }

    /// <summary>The flow; null: it is none, or a copy that does not have everything.</summary>
    /// <param name="needed">Properties that it must have.</param>
    /// <param name="missing">Those that a copy lacks, or has something else in.</param>
    public Flow? ToFlow(IReadOnlyList<string> needed, out IReadOnlyList<string> missing)
    {
        missing = [];
        if (input.BaseObject is Flow whole)
        {
            return whole;
        }

        missing = [.. needed.Where(name => !Has(name))];
        if (!IsFlow || missing.Count > 0)
        {
            return null;
        }

        Flow copy = new();
        List<string> wrong = [];
        foreach (PropertyInfo property in FlowProperties)
        {
            object? value = Value(property.Name);

            // What is written as text (CSV) has no other way to say that there is nothing.
            if (value is null || (value is "" && property.PropertyType != typeof(string)))
            {
                continue;
            }

            if (TryRead(value, property.PropertyType, out object? typed))
            {
                property.SetValue(copy, typed);
            }
            else
            {
                wrong.Add(property.Name);
            }
        }

        missing = wrong.Count > 0 ? wrong : ReferenceEquals(needed, NeededForPackets) ? MissingOfKey(copy) : [];
        copy.Time = Has(nameof(Flow.Time)) ? copy.Time : copy.StartTime;

        // Export-Csv writes no fractions of a second: the last packets may have come until the end of the second it names.
        if (ReferenceEquals(needed, NeededForPackets) && Value(nameof(Flow.EndTime)) is string
            && copy.EndTime.Ticks % TimeSpan.TicksPerSecond == 0)
        {
            copy.EndTime = copy.EndTime.AddTicks(TimeSpan.TicksPerSecond - 1);
        }

        return missing.Count > 0 ? null : copy;
    }

    /// <summary>The row of a summary by some key, or what a copy of one says of it; null: it is none.</summary>
    public TrafficSummaryItem? ToSummaryItem()
    {
        if (input.BaseObject is TrafficSummaryItem whole)
        {
            return whole;
        }

        if (!Has(nameof(TrafficSummaryItem.By)) || Value(nameof(TrafficSummaryItem.Name)) is not string name
            || !Enum.TryParse(Value(nameof(TrafficSummaryItem.By))?.ToString(), out SummaryKey by))
        {
            return null;
        }

        TrafficSummaryItem copy = new() { By = by, Name = name };
        if (TryRead(Value(nameof(TrafficSummaryItem.Time)), typeof(DateTime), out object? time)
            && TryRead(Value(nameof(TrafficSummaryItem.Interval)), typeof(TimeSpan), out object? interval))
        {
            copy.Time = (DateTime?)time;
            copy.Interval = (TimeSpan?)interval;
        }

        return copy;
    }

    /// <summary>What follows from the rest of a copy is filled in; what does not is missing.</summary>
    private List<string> MissingOfKey(Flow copy)
    {
        if (!IPAddress.TryParse(copy.SourceAddress, out IPAddress? address))
        {
            return [.. NeededWithoutIp.Where(name => !Has(name))];
        }

        copy.IpVersion ??= address.AddressFamily == AddressFamily.InterNetwork ? 4 : 6;
        copy.IpProtocol ??= ProtocolNames.IpProtocolNumber(copy.Protocol);
        return copy.IpProtocol is null ? [nameof(Flow.IpProtocol)]
            : copy.SourcePort is null && copy.IpProtocol is 1 or 58 ? [.. NeededOfIcmp.Where(name => !Has(name))] : [];
    }

    /// <summary>
    /// A value as the type of a property. Times and lengths of time that went through a file are text in the user's culture (Export-Csv),
    /// ISO 8601 and seconds (Export-NetTraffic), or objects with ticks (ConvertTo-Json); PowerShell reads only what is invariant.
    /// </summary>
    private static bool TryRead(object? value, Type type, out object? typed)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(DateTime) && value is string time)
        {
            typed = TimeAttribute.Read(time);
            return typed is not null;
        }

        typed = plain == typeof(TimeSpan) ? ReadSpan(value) : null;
        return typed is not null || LanguagePrimitives.TryConvertTo(value, type, out typed);
    }

    private static TimeSpan? ReadSpan(object? value) => value switch
    {
        PSObject { Properties: var parts } when parts[nameof(TimeSpan.Ticks)]?.Value is long ticks => new TimeSpan(ticks),
        string text when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal seconds) => Seconds(seconds),
        double or decimal or int or long => Seconds(Convert.ToDecimal(value, CultureInfo.InvariantCulture)),
        _ => null,
    };

    private static TimeSpan? Seconds(decimal seconds) => Math.Abs(seconds) < (decimal)TimeSpan.MaxValue.TotalSeconds / 2
        ? new TimeSpan((long)(seconds * TimeSpan.TicksPerSecond)) : null;

    private bool IsCopyOf(string type) => input.TypeNames.Any(name =>
        name == "Deserialized.NetTraffic." + type || name == "Selected.NetTraffic." + type);

    private bool Has(string property) => input.Properties[property] is not null;

    /// <summary>A property's value without PowerShell's wrapper; null where its getter fails.</summary>
    private object? Value(string property)
    {
        try
        {
            object? value = input.Properties[property]?.Value;
            return value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        }
        catch (GetValueException)
        {
            return null;
        }
    }
}
