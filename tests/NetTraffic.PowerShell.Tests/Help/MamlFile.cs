using System.Management.Automation;
using System.Xml.Linq;

namespace NetTraffic.PowerShell.Tests.Help;

/// <summary>The help file that Get-Help reads (MAML), made of the pages and of the cmdlets.</summary>
internal static class MamlFile
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public static string Write(IEnumerable<(CmdletFacts Facts, HelpPage Page)> cmdlets)
    {
        XElement root = new(
            XNamespace.Get("http://msh") + "helpItems",
            new XAttribute("schema", "maml"),
            cmdlets.Select(cmdlet => Item(cmdlet.Facts, cmdlet.Page)));
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- Made of docs/cmdlets by the tests: NETTRAFFIC_WRITE_HELP=1 dotnet test "
            + $"tests/NetTraffic.PowerShell.Tests -->\n{root}\n".ReplaceLineEndings("\n");
    }

    private static XElement Item(CmdletFacts facts, HelpPage page) => new(
        Command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", Maml.NamespaceName),
        new XAttribute(XNamespace.Xmlns + "command", Command.NamespaceName),
        new XAttribute(XNamespace.Xmlns + "dev", Dev.NamespaceName),
        new XElement(
            Command + "details",
            new XElement(Command + "name", facts.Name),
            new XElement(Command + "verb", facts.Verb),
            new XElement(Command + "noun", facts.Noun),
            new XElement(Maml + "description", Paragraphs([page.Synopsis]))),
        new XElement(Maml + "description", Paragraphs(page.Description)),
        new XElement(Command + "syntax", facts.Sets.Select(set => new XElement(
            Command + "syntaxItem",
            new XElement(Maml + "name", facts.Name),
            facts.Ordered(set).Select(place => Parameter(facts, page, place))))),
        new XElement(Command + "parameters",
            facts.Parameters.Select(name => Parameter(facts, page,
                facts.Sets.SelectMany(set => set.Parameters).First(place => place.Name == name)))),
        new XElement(Command + "inputTypes", page.Inputs.Select(text => Typed("inputType", text))),
        new XElement(Command + "returnValues", page.Outputs.Select(text => Typed("returnValue", text))),
        new XElement(Command + "examples", page.Examples.Select((example, index) => new XElement(
            Command + "example",
            new XElement(Maml + "title", $"Example {index + 1}: {example.Title}"),
            new XElement(Dev + "code", example.Code),
            new XElement(Dev + "remarks", Paragraphs(example.Remarks))))),
        new XElement(Command + "relatedLinks", page.Links.Select(link => new XElement(
            Maml + "navigationLink",
            // No address: Get-Help -Online opens the first one as the cmdlet's own page, whosever it is.
            new XElement(Maml + "linkText",
                link.Target.StartsWith("http", StringComparison.Ordinal) ? $"{link.Text}: {link.Target}" : link.Text),
            new XElement(Maml + "uri", "")))));

    private static XElement Parameter(CmdletFacts facts, HelpPage page, CommandParameterInfo place)
    {
        string type = CmdletFacts.TypeName(place.ParameterType);
        return new XElement(
            Command + "parameter",
            new XAttribute("required", place.IsMandatory ? "true" : "false"),
            new XAttribute("globbing", facts.TakesWildcards(place.Name) ? "true" : "false"),
            new XAttribute("pipelineInput", CmdletFacts.PipelineOf(place) is "no" ? "False" : $"True ({CmdletFacts.PipelineOf(place)})"),
            new XAttribute("position", CmdletFacts.PositionOf(place)),
            new XAttribute("aliases", place.Aliases.Count == 0 ? "none" : string.Join(", ", place.Aliases)),
            new XElement(Maml + "name", place.Name),
            new XElement(Maml + "description",
                Paragraphs(page.Parameters.TryGetValue(place.Name, out IReadOnlyList<string>? text) ? text : [])),
            place.ParameterType == typeof(SwitchParameter)
                ? null
                : new XElement(Command + "parameterValue", new XAttribute("required", "true"), type),
            new XElement(Dev + "type", new XElement(Maml + "name", type)),
            new XElement(Dev + "defaultValue", facts.DefaultOf(place.Name) ?? "None"));
    }

    private static XElement Typed(string element, string text)
    {
        string plain = text.StartsWith("- ", StringComparison.Ordinal) ? text[2..] : text;
        int colon = plain.IndexOf(": ", StringComparison.Ordinal);
        return new XElement(
            Command + element,
            new XElement(Dev + "type", new XElement(Maml + "name", colon < 0 ? plain : plain[..colon])),
            new XElement(Maml + "description", Paragraphs(colon < 0 ? [] : [plain[(colon + 2)..]])));
    }

    private static IEnumerable<XElement> Paragraphs(IEnumerable<string> texts) => texts.Select(text => new XElement(Maml + "para", text));
}
