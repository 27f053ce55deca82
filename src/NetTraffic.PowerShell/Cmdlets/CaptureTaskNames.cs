using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell;

/// <summary>Scheduled captures by name.</summary>
internal static class CaptureTaskNames
{
    /// <summary>Those that names and patterns stand for, each once; a name that is none is an error of the cmdlet's.</summary>
    public static IReadOnlyList<NetCaptureTask> Find(Cmdlet cmdlet, IEnumerable<string> names, CaptureScheduler? scheduler)
    {
        NetCaptureTask[] all = [.. CaptureTasks.List(scheduler)];
        List<NetCaptureTask> found = [];
        foreach (string name in names)
        {
            WildcardPattern pattern = new(name, WildcardOptions.IgnoreCase);
            NetCaptureTask[] matched = [.. all.Where(task => pattern.IsMatch(task.Name))];
            if (matched.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                cmdlet.WriteError(ErrorRecords.Make(TrafficErrors.TaskNotFound, $"There is no scheduled capture '{name}'.", name));
            }

            found.AddRange(matched.Where(task => !found.Contains(task)));
        }

        return found;
    }
}
