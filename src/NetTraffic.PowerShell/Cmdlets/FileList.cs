using System.Collections.ObjectModel;
using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.Packets;

namespace NetTraffic.PowerShell;

/// <summary>The files behind -Path and -LiteralPath.</summary>
internal static class FileList
{
    private static readonly TrafficError NotAFilePath = TrafficErrors.NotAFilePath with { NextMove = "Give the path of a file." };
    private static readonly TrafficError FileNotFound = TrafficErrors.FileNotFound with
    {
        NextMove = "Check the path, or use -LiteralPath if the name has brackets in it.",
    };

    /// <summary>
    /// Full paths of what the user named, in order, each once. A wildcard leaves folders out; what is named outright stays, so that its
    /// reader says what is wrong with it; "-" is standard input, where that is taken. Problems go to <paramref name="problem"/>, and the
    /// rest goes on.
    /// </summary>
    public static List<string> Expand(
        SessionState session, IEnumerable<string> paths, bool literal, Action<ErrorRecord> problem, bool standardInput = true)
    {
        List<string> files = [];
        foreach (string path in paths)
        {
            if (standardInput && path == TrafficEngine.StandardInput && !literal)
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
                    problem(ErrorRecords.Make(NotAFilePath, $"'{path}' is not a path in the file system.", path));
                    continue;
                }

                List<string> matched = [.. found.Where(file => !wildcard || !Directory.Exists(file))];
                if (matched.Count == 0)
                {
                    problem(ErrorRecords.Make(FileNotFound, $"No file matches '{path}'.", path));
                }

                files.AddRange(matched.Where(file => !files.Contains(file)));
            }
            catch (ItemNotFoundException missing)
            {
                problem(ErrorRecords.Make(missing, FileNotFound, path));
            }
            catch (SessionStateException wrong)
            {
                problem(ErrorRecords.Make(wrong, NotAFilePath, path));
            }
        }

        return files;
    }

    /// <summary>Whether an error is of the one file that was read, so that the next one is read all the same.</summary>
    public static bool IsOfOneFile(Exception error) => error is UnauthorizedAccessException or CaptureFormatException
        || (error is TrafficException ours ? ours.Error.Id == TrafficErrors.PathIsFolder.Id : error is IOException);

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
