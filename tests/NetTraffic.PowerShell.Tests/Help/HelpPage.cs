namespace NetTraffic.PowerShell.Tests.Help;

/// <summary>
/// A page of docs/cmdlets: what people wrote of a cmdlet. Syntax and the facts of parameters are taken from the cmdlet itself.
/// </summary>
internal sealed class HelpPage
{
    private readonly List<(string Heading, List<string> Lines)> sections = [];

    /// <summary>Reads a page: <c>#</c> the name, a line of synopsis, then <c>##</c> sections.</summary>
    public HelpPage(string text)
    {
        List<string> current = [];
        sections.Add(("", current));
        bool fenced = false;
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            fenced ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!fenced && line.StartsWith("## ", StringComparison.Ordinal))
            {
                current = [];
                sections.Add((line[3..].Trim(), current));
            }
            else if (!fenced && line.StartsWith("# ", StringComparison.Ordinal))
            {
                Name = line[2..].Trim();
            }
            else
            {
                current.Add(line);
            }
        }
    }

    public string Name { get; } = "";

    public string Synopsis => string.Join(' ', Paragraphs(sections[0].Lines));

    public IReadOnlyList<string> Description => Paragraphs(Section("Description"));

    public IReadOnlyList<string> Inputs => Paragraphs(Section("Inputs"));

    public IReadOnlyList<string> Outputs => Paragraphs(Section("Outputs"));

    /// <summary>Links as [text](target).</summary>
    public IReadOnlyList<(string Text, string Target)> Links =>
        [.. Section("Links").Where(line => line.StartsWith("- [", StringComparison.Ordinal))
            .Select(line => (line[3..line.IndexOf(']', StringComparison.Ordinal)],
                line[(line.IndexOf('(', StringComparison.Ordinal) + 1)..line.LastIndexOf(')')]))];

    /// <summary>Title, code and remarks of each example.</summary>
    public IReadOnlyList<(string Title, string Code, IReadOnlyList<string> Remarks)> Examples =>
        [.. Subsections("Examples").Select(example => (example.Heading, Code(example.Lines), Paragraphs(WithoutCode(example.Lines))))];

    /// <summary>Paragraphs of each parameter, without the line of facts.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters =>
        Subsections("Parameters").ToDictionary(parameter => parameter.Heading.TrimStart('-'),
            parameter => (IReadOnlyList<string>)Paragraphs([.. parameter.Lines.Where(line => !IsFacts(line))]));

    /// <summary>The page with its syntax and facts as they should be.</summary>
    public string Rewrite(string syntax, Func<string, string> facts)
    {
        List<string> lines = [$"# {Name}", .. Trim(sections[0].Lines, 1, 1)];
        foreach ((string heading, List<string> body) in sections.Skip(1))
        {
            lines.Add($"## {heading}");
            if (heading == "Syntax")
            {
                lines.AddRange(["", "```powershell", .. syntax.Split('\n'), "```", ""]);
            }
            else if (heading == "Parameters")
            {
                lines.Add("");
                foreach ((string parameter, List<string> text) in Split(body))
                {
                    lines.AddRange([$"### {parameter}", .. Trim([.. text.Where(line => !IsFacts(line))], 1, 1),
                        facts(parameter.TrimStart('-')), ""]);
                }
            }
            else
            {
                lines.AddRange(Trim(body, 1, 1));
            }
        }

        return string.Join('\n', lines).TrimEnd('\n') + "\n";
    }

    private static bool IsFacts(string line) => line.StartsWith("*Type: ", StringComparison.Ordinal);

    private List<string> Section(string heading) => sections.Find(section => section.Heading == heading).Lines ?? [];

    private List<(string Heading, List<string> Lines)> Subsections(string heading) => Split(Section(heading));

    private static List<(string Heading, List<string> Lines)> Split(List<string> lines)
    {
        List<(string, List<string>)> parts = [];
        foreach (string line in lines)
        {
            if (line.StartsWith("### ", StringComparison.Ordinal))
            {
                parts.Add((line[4..].Trim(), []));
            }
            else if (parts.Count > 0)
            {
                parts[^1].Item2.Add(line);
            }
        }

        return parts;
    }

    private static string Code(List<string> lines) =>
        string.Join('\n',
            lines.SkipWhile(line => !line.StartsWith("```", StringComparison.Ordinal)).Skip(1)
                .TakeWhile(line => !line.StartsWith("```", StringComparison.Ordinal)));

    private static List<string> WithoutCode(List<string> lines)
    {
        bool fenced = false;
        List<string> rest = [];
        foreach (string line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                fenced = !fenced;
            }
            else if (!fenced)
            {
                rest.Add(line);
            }
        }

        return rest;
    }

    /// <summary>Text between empty lines, each as one line; list items stay apart, and backquotes go.</summary>
    private static List<string> Paragraphs(IReadOnlyList<string> lines)
    {
        List<string> paragraphs = [];
        bool open = false;
        foreach (string line in lines.Select(line => line.Trim()))
        {
            bool item = line.StartsWith("- ", StringComparison.Ordinal);
            if (line.Length == 0)
            {
                open = false;
            }
            else if (open && !item)
            {
                paragraphs[^1] += " " + line;
            }
            else
            {
                paragraphs.Add(line);
                open = true;
            }
        }

        return [.. paragraphs.Select(paragraph => paragraph.Replace("`", "", StringComparison.Ordinal))];
    }

    private static IEnumerable<string> Trim(IReadOnlyList<string> lines, int before, int after)
    {
        IEnumerable<string> text = lines.SkipWhile(string.IsNullOrWhiteSpace).Reverse().SkipWhile(string.IsNullOrWhiteSpace).Reverse();
        return [.. Enumerable.Repeat("", before), .. text, .. Enumerable.Repeat("", after)];
    }
}
