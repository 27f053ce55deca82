using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell;

/// <summary>Interface names with wildcards.</summary>
internal static class InterfaceNames
{
    /// <summary>Linux's pseudo-interface that sees what all the others see.</summary>
    public const string Any = "any";

    /// <summary>The interfaces that a name or pattern stands for.</summary>
    public static void Match(IReadOnlyList<CaptureInterface> all, string name, out List<CaptureInterface> found)
    {
        WildcardPattern pattern = new(name, WildcardOptions.IgnoreCase);
        string known = TrafficEngine.GetInterfaceName(name);
        List<CaptureInterface> exact = [.. all.Where(one => one.Name == known)];
        found = exact.Count > 0 ? exact : [.. all.Where(one => pattern.IsMatch(one.Name))];
    }

    /// <summary>
    /// Names to capture on. Names without wildcards pass as they are: opening them says best what is wrong. A pattern stands for the
    /// interfaces that are up and may be captured on, without <c>any</c>, which would count every packet twice.
    /// </summary>
    /// <param name="names">Names and patterns.</param>
    /// <param name="interfaces">All interfaces; asked only where there is a pattern.</param>
    /// <param name="permittedElsewhere">Whether another program captures, so that it does not matter what this one may.</param>
    /// <exception cref="CaptureException">A pattern matches nothing.</exception>
    public static List<string> Expand(IEnumerable<string> names, Func<IReadOnlyList<CaptureInterface>> interfaces,
        bool permittedElsewhere = false)
    {
        List<string> expanded = [];
        foreach (string name in names)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name))
            {
                expanded.Add(name);
                continue;
            }

            Match(interfaces(), name, out List<CaptureInterface> matched);
            List<CaptureInterface> usable =
                [.. matched.Where(one => one.Name != Any && one.IsUp && (permittedElsewhere || one.CanCapture))];
            if (usable.Count == 0)
            {
                CaptureInterface? refused = matched.Find(one => one.Name != Any && !one.CanCapture && !permittedElsewhere);
                throw refused is null
                    ? Unknown(name)
                    : new CaptureException(CaptureProblem.NotPermitted,
                        $"None of the interfaces that match '{name}' can be captured on: {refused.CaptureProblem}",
                            "Get-NetCaptureInterface lists the interfaces.");
            }

            expanded.AddRange(usable.Select(one => one.Name));
        }

        return [.. expanded.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The error for a name that is none.</summary>
    public static CaptureException Unknown(string name)
    {
        IReadOnlyList<string> near = TrafficEngine.GetNearestInterfaceNames(name);
        string hint = near.Count > 0 ? $" Did you mean {string.Join(", ", near)}?" : "";
        return new CaptureException(CaptureProblem.UnknownInterface, $"No interface that is up matches '{name}'.{hint}",
            "Get-NetCaptureInterface lists the interfaces.");
    }
}
