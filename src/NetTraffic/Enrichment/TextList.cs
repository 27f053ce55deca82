using System.Collections.ObjectModel;

namespace NetTraffic;

/// <summary>
/// Texts of an object's property. As text they are one, with <c>; </c> between: Export-Csv writes that, and not a type's name.
/// </summary>
public sealed class TextList : ReadOnlyCollection<string>
{
    /// <summary>None.</summary>
    public static new TextList Empty { get; } = new([]);

    /// <summary>Makes one of some texts, which are made safe for a terminal.</summary>
    public TextList(IEnumerable<string> texts)
        : base([.. texts.Select(Display.Text)])
    {
    }

    /// <summary>The texts, with <c>; </c> between.</summary>
    public override string ToString() => string.Join("; ", Items);
}
