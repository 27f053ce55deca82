using System.Collections.ObjectModel;
using System.Management.Automation;
using NetTraffic.Capture;

namespace NetTraffic.PowerShell;

/// <summary>The files behind -Path and -LiteralPath.</summary>
internal static class FileList
{
    /// <summary>
    /// Full paths of what the user named, in order, each once. A wildcard leaves folders out; what is named outright stays, so that its reader says
    /// what is wrong with it; "-" is standard input. Problems go to <paramref name="problem"/>, and the rest goes on.
    /// </summary>
    public static List<string> Expand(SessionState session, IEnumerable<string> paths, bool literal, Action<ErrorRecord> problem)
    {
        List<string> files = [];
        foreach (string path in paths)
        {
            if (path == CaptureFileSource.StandardInput && !literal)
            {
                files.Add(path);
                continue;
            }

            try
            {
                bool wildcard = !literal && WildcardPattern.ContainsWildcardCharacters(path);
                IEnumerable<string> found = Resolve(session, path, literal, out ProviderInfo provider);
                if (provider.Name != "FileSystem")
                {
                    problem(ErrorRecords.Make(new ArgumentException($"'{path}' is not a path in the file system."), "NotAFilePath", ErrorCategory.InvalidArgument, path, "Give the path of a capture file."));
                    continue;
                }

                List<string> matched = [.. found.Where(file => !wildcard || !Directory.Exists(file))];
                if (matched.Count == 0)
                {
                    problem(ErrorRecords.Make(new FileNotFoundException($"No file matches '{path}'.", path), "FileNotFound", ErrorCategory.ObjectNotFound, path, "Check the path, or use -LiteralPath if the name has brackets in it."));
                }

                files.AddRange(matched.Where(file => !files.Contains(file)));
            }
            catch (ItemNotFoundException missing)
            {
                problem(ErrorRecords.Make(missing, "FileNotFound", ErrorCategory.ObjectNotFound, path, "Check the path, or use -LiteralPath if the name has brackets in it."));
            }
            catch (SessionStateException wrong)
            {
                problem(ErrorRecords.Make(wrong, "NotAFilePath", ErrorCategory.InvalidArgument, path, "Give the path of a capture file."));
            }
        }

        return files;
    }

    private static IEnumerable<string> Resolve(SessionState session, string path, bool literal, out ProviderInfo provider)
    {
        if (literal)
        {
            return [session.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _)];
        }

        Collection<string> found = session.Path.GetResolvedProviderPathFromPSPath(path, out provider);
        return found;
    }
}
