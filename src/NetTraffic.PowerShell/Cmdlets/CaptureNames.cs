using System.Management.Automation;

namespace NetTraffic.PowerShell;

/// <summary>
/// Captures by id, or by name with wildcards; an id will do for a name. Names in records have what is unsafe for a terminal escaped: the
/// name as a file has it finds them as well as the one that is shown.
/// </summary>
internal static class CaptureNames
{
    /// <summary>Which captures an object of the pipeline, or a list of them, stands for; false: none, and that is reported.</summary>
    /// <param name="input">The object: text is a name or an id, anything else has a CaptureId.</param>
    /// <param name="command">Who asks.</param>
    /// <param name="ids">Ids, or null.</param>
    /// <param name="names">Names, or null.</param>
    /// <param name="problem">Takes the error of what stands for no capture.</param>
    public static bool Read(PSObject input, string command, out string[]? ids, out string[]? names, Action<ErrorRecord> problem)
    {
        List<string> foundIds = [];
        List<string> foundNames = [];
        foreach (PipedObject one in PipedObject.Each(input).Select(one => new PipedObject(one)))
        {
            if (one.Text is { Length: > 0 } name)
            {
                foundNames.Add(name);
            }
            else if (one.AnyCaptureId is { } id)
            {
                foundIds.Add(id);
            }
            else
            {
                problem(ErrorRecords.Make(TrafficErrors.NotInput, $"{command} cannot tell which capture a {one.TypeName} stands for.",
                    null, "Pipe in captures, capture jobs, imports, or names of captures."));
            }
        }

        ids = foundIds.Count > 0 ? [.. foundIds] : null;
        names = foundNames.Count > 0 ? [.. foundNames] : null;
        return ids is not null || names is not null;
    }

    /// <summary>
    /// The captures meant, each once; all of them where neither is given. An id or plain name that is not there is reported, and the rest
    /// goes on.
    /// </summary>
    public static IEnumerable<CaptureStatus> Find(IReadOnlyList<CaptureStatus> all, string[]? ids, string[]? names,
        Action<ErrorRecord> problem)
    {
        if (ids is null && names is null)
        {
            return all;
        }

        List<CaptureStatus> found = [];
        foreach (string id in ids ?? [])
        {
            Add(all.Where(capture => capture.CaptureId.Equals(id, StringComparison.OrdinalIgnoreCase)), "id", id);
        }

        foreach (string name in names ?? [])
        {
            WildcardPattern? pattern = Pattern(name, required: !all.Any(capture => IsNamed(capture, name)));
            Add(all.Where(capture => IsNamed(capture, name) || pattern?.IsMatch(capture.Name) == true), "name",
                WildcardPattern.ContainsWildcardCharacters(name) ? null : name);
        }

        return found.DistinctBy(capture => capture.CaptureId);

        void Add(IEnumerable<CaptureStatus> matches, string what, string? required)
        {
            int before = found.Count;
            found.AddRange(matches);
            if (required is not null && found.Count == before)
            {
                problem(NotFound(what, required));
            }
        }
    }

    /// <summary>The pattern that a name is; null where it is none, which only a name that is there may be: <c>a[b</c>.</summary>
    private static WildcardPattern? Pattern(string name, bool required)
    {
        try
        {
            WildcardPattern pattern = new(Display.Text(name), WildcardOptions.IgnoreCase);
            _ = pattern.IsMatch("");
            return pattern;
        }
        catch (WildcardPatternException) when (!required)
        {
            return null;
        }
    }

    /// <summary>Whether a capture has this very name or id, which is no pattern then.</summary>
    public static bool IsNamed(CaptureStatus capture, string name) =>
        capture.Name.Equals(PlainName.Clean(name), StringComparison.OrdinalIgnoreCase)
        || capture.CaptureId.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The error of a capture that a store does not have.</summary>
    /// <param name="what">What was given of it: an id, a name.</param>
    /// <param name="value">That.</param>
    public static ErrorRecord NotFound(string what, string value) => ErrorRecords.Make(
        TrafficErrors.CaptureNotFound, $"The store has no capture with the {what} '{value}'.", value);
}
