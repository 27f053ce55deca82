using System.Management.Automation;

namespace NetTraffic.PowerShell;

/// <summary>Captures by id, or by name with wildcards; an id will do for a name.</summary>
internal static class CaptureNames
{
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
            WildcardPattern pattern = new(name, WildcardOptions.IgnoreCase);
            Add(all.Where(capture => pattern.IsMatch(capture.Name) || capture.Name == name
                || capture.CaptureId.Equals(name, StringComparison.OrdinalIgnoreCase)), "name",
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

    /// <summary>The error of a capture that a store does not have.</summary>
    /// <param name="what">What was given of it: an id, a name.</param>
    /// <param name="value">That.</param>
    public static ErrorRecord NotFound(string what, string value) => ErrorRecords.Make(
        TrafficErrors.CaptureNotFound, $"The store has no capture with the {what} '{value}'.", value);
}
